/**
 * Requests lost over 20 switches and 20 rollbacks under keep-alive load, with a WebSocket and a download of 30 seconds open all the
 * while: `node bench/zero-loss.ts`. Every answer is checked, none is asked for twice.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { WebSocket } from "ws";
import { startLoad } from "../src/routing/testing/load.ts";
import { createSandbox, type Sandbox } from "../test/support/sandbox.ts";
import { median, printTable } from "./statistics.ts";

const switches = 20;
/** A request counts as one that met a switch when it began this long before or after it. */
const nearMs = 100;

const sandbox = await createSandbox();
try {
  const failed = await measure(sandbox);
  if (failed) process.exitCode = 1;
} finally {
  await sandbox.dispose();
}

async function measure(stage: Sandbox): Promise<boolean> {
  const { url, home } = stage;
  await stage.ok(["deploy", "staging"]);
  const socket = await openSocket(url);
  const download = fetch(`${url}/download?ms=30000`).then((response) => response.text());
  const load = startLoad({ url: `${url}/`, connections: 32 });
  const deploys: number[] = [];
  const rollbacks: number[] = [];
  for (let round = 0; round < switches; round += 1) {
    await stage.commit({ "version.txt": `${round}\n` });
    deploys.push(await timed(() => stage.ok(["deploy", "staging"])));
    rollbacks.push(await timed(() => stage.ok(["rollback", "staging"])));
  }
  const result = await load.stop();
  const echoed = await socket.echo("still there");
  const text = await download;
  await setTimeout(500);
  const near = await nearSwitches(join(home, "environments", "tiny-staging"));
  printTable(`${switches} switches and ${switches} rollbacks, 32 keep-alive connections`, [
    ["requests sent", String(result.sent)],
    ["requests failed", String(result.failed)],
    ["p50 / p99 / longest", `${ms(result.p50)} / ${ms(result.p99)} / ${ms(result.max)}`],
    [`of the ${near.length} that began within ${nearMs} ms of a switch, the longest`, ms(Math.max(...near))],
    ["WebSocket opened before the first", echoed === "still there" ? "open after the last" : "lost"],
    ["download of 30 s begun before the first", text.endsWith("end\n") ? "whole" : "cut"],
    ["deploy, median", `${median(deploys).toFixed(0)} ms under load`],
    ["rollback, median", `${median(rollbacks).toFixed(0)} ms under load`],
  ]);
  for (const error of result.errors) console.log(`  ${error}`);
  return result.failed > 0 || result.sent < 20_000 || echoed !== "still there" || !text.endsWith("end\n");
}

interface OpenSocket {
  echo(text: string): Promise<string>;
}

async function openSocket(url: string): Promise<OpenSocket> {
  const socket = new WebSocket(url.replace("http", "ws"));
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return {
    echo: (text) =>
      new Promise((resolve) => {
        socket.once("message", (data: Buffer) => {
          socket.close();
          resolve(data.toString());
        });
        socket.once("close", () => resolve("lost"));
        socket.send(text);
      }),
  };
}

interface AccessLine {
  readonly time: string;
  readonly ms: number;
  readonly table: number;
  readonly path: string;
  readonly status: number;
}

/** How long requests took that began around the moment at which another table came into force, as the access log tells it. */
async function nearSwitches(root: string): Promise<number[]> {
  const texts = await Promise.all(
    ["", ".1", ".2", ".3", ".4", ".5"].map((end) =>
      readFile(join(root, "logs", `access.log${end}`), "utf8").catch(() => ""),
    ),
  );
  const lines = texts
    .join("")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as AccessLine);
  const requests = lines
    .filter(({ path, status }) => path === "/" && status === 200)
    .map(({ time, ms, table }) => ({ at: Date.parse(time), ms, table }));
  const first = new Map<number, number>();
  for (const { at, table } of requests) first.set(table, Math.min(at, first.get(table) ?? Infinity));
  const moments = [...first.values()].toSorted((a, b) => a - b).slice(1);
  return requests
    .filter(({ at }) => moments.some((moment) => Math.abs(at - moment) <= nearMs))
    .map(({ ms }) => ms);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
