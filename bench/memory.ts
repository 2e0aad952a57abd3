/** What the supervisor, its keeper and the proxy hold in memory while idle: `node bench/memory.ts` (Linux). */
import { readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { createSandbox, processesOf } from "../test/support/sandbox.ts";
import { printTable } from "./statistics.ts";

const sandbox = await createSandbox();
try {
  await sandbox.ok(["deploy", "staging"]);
  await setTimeout(10_000);
  const rows: string[][] = [["process", "PSS", "RSS"]];
  let [pss, rss] = [0, 0];
  for (const line of await processesOf(sandbox.home)) {
    const name = ["supervisor.mjs", "proxy.mjs"].find((agent) => line.includes(agent)) ?? "";
    if (name === "") continue;
    const rollup = await readFile(`/proc/${line.trim().split(" ")[0]}/smaps_rollup`, "utf8");
    const [ownPss, ownRss] = [kilobytes(rollup, "Pss"), kilobytes(rollup, "Rss")];
    rows.push([
      line.includes("/bin/sh") ? "keeper" : name,
      `${(ownPss / 1024).toFixed(1)} MB`,
      `${(ownRss / 1024).toFixed(1)} MB`,
    ]);
    pss += ownPss;
    rss += ownRss;
  }
  rows.push(["together", `${(pss / 1024).toFixed(1)} MB`, `${(rss / 1024).toFixed(1)} MB`]);
  printTable("Idle for ten seconds after a deploy", rows);
} finally {
  await sandbox.dispose();
}

function kilobytes(rollup: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1] ?? Number.NaN);
}
