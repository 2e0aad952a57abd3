/*
 * What an application that listens on a TCP port only pays for the relay before it: `node bench/relay.ts [rounds] [seconds]`.
 *
 * The same Node server is asked over unix sockets, once listening there itself and once behind the relay. A plain client keeps 32
 * connections busy, so that as little as can be of the time is its own. Rounds alternate, so that what else the machine does falls on both.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { buildAgent } from "../src/instances/testing/agent.ts";
import { median } from "./statistics.ts";

const bodyBytes = 1_024;
const app = `
  import { createServer } from "node:http";
  const body = Buffer.alloc(${bodyBytes}, "x");
  createServer((request, response) => {
    response.writeHead(200, { "content-type": "text/html", "content-length": body.length });
    response.end(body);
  }).listen(/^\\d+$/.test(process.env.PORT) ? Number(process.env.PORT) : process.env.PORT);
`;
const [rounds = 5, seconds = 3] = process.argv.slice(2).map(Number);
const connections = 32;
const folder = await mkdtemp(join(tmpdir(), "cozy-relay-bench-"));
const children: ChildProcess[] = [];
try {
  await measure();
} finally {
  for (const child of children) {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }
  await rm(folder, { recursive: true });
}

async function measure(): Promise<void> {
  await writeFile(join(folder, "app.mjs"), app);
  const relay = await buildAgent("relay", join(folder, "agents"));
  const [direct, relayed] = [join(folder, "direct.sock"), join(folder, "relayed.sock")];
  start([join(folder, "app.mjs")], { PORT: direct });
  start([relay, relayed, "--", process.execPath, join(folder, "app.mjs")], {});
  await Promise.all([direct, relayed].map(untilAccepts));
  await load(direct, 1);
  await load(relayed, 1);
  console.log(`cores ${availableParallelism()}, ${connections} connections, ${rounds} rounds, alternating`);
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const rates = new Map<string, number>();
    for (const socket of round % 2 === 1 ? [direct, relayed] : [relayed, direct]) {
      rates.set(socket, await load(socket, seconds));
    }
    const [alone = 0, behind = 0] = [rates.get(direct), rates.get(relayed)];
    ratios.push(behind / alone);
    console.log(
      `round ${round}: direct ${alone.toFixed(0)}/s, behind the relay ${behind.toFixed(0)}/s, ratio ${(behind / alone).toFixed(2)}`,
    );
  }
  console.log(`ratio, median of ${rounds}: ${median(ratios).toFixed(2)}`);
  const [one, two] = [await alone(direct), await alone(relayed)];
  console.log(`one request alone: direct ${one.toFixed(0)} µs, behind the relay ${two.toFixed(0)} µs`);
}

function start(args: readonly string[], env: NodeJS.ProcessEnv): void {
  const { PATH } = process.env;
  const child = spawn(process.execPath, args, {
    env: { PATH, ...env },
    detached: true,
    stdio: ["ignore", "ignore", "inherit"],
  });
  children.push(child);
}

/** Requests a second. */
async function load(socket: string, forSeconds: number): Promise<number> {
  const stop = new AbortController();
  const counts = Array.from({ length: connections }, () => ask(socket, stop.signal));
  await setTimeout(forSeconds * 1_000);
  stop.abort();
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0) / forSeconds;
}

/** The middle of many, in microseconds, with nothing else under way. */
async function alone(socket: string): Promise<number> {
  const times: number[] = [];
  const stop = new AbortController();
  let last = performance.now();
  const done = ask(socket, stop.signal, () => {
    times.push((performance.now() - last) * 1_000);
    last = performance.now();
    if (times.length === 3_000) stop.abort();
  });
  await done;
  return median(times);
}

/** One request after the other on one connection; gives how many were answered. */
async function ask(socket: string, stop: AbortSignal, onAnswer = (): void => {}): Promise<number> {
  const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const client = connect(socket);
  let answered = 0;
  let left = 0;
  client.write(request);
  for await (const part of client) {
    if (!(part instanceof Buffer)) throw new Error("the connection gives no bytes");
    // An answer's first part has its head; what is missing of its body follows.
    if (left === 0) left = part.indexOf("\r\n\r\n") + 4 + bodyBytes;
    left -= part.length;
    if (left > 0) continue;
    answered += 1;
    onAnswer();
    if (stop.aborted) break;
    client.write(request);
  }
  client.destroy();
  return answered;
}

async function untilAccepts(socket: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await setTimeout(20)) {
    const does = await new Promise<boolean>((resolve) => {
      const client = connect(socket, () => resolve(true));
      client.on("error", () => resolve(false));
      client.once("connect", () => client.destroy());
    });
    if (does) return;
  }
  throw new Error(`Nobody listens on ${socket}.`);
}
