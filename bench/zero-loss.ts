/**
 * Requests lost over 20 switches and 20 rollbacks under keep-alive load: `node bench/zero-loss.ts`.
 * Every answer is checked, none is asked for twice.
 */
import { startLoad } from "../src/routing/testing/load.ts";
import { createSandbox } from "../test/support/sandbox.ts";
import { median, printTable } from "./statistics.ts";

const switches = 20;
const sandbox = await createSandbox();
try {
  await sandbox.ok(["deploy", "staging"]);
  const load = startLoad({ url: `${sandbox.url}/`, connections: 32 });
  const deploys: number[] = [];
  const rollbacks: number[] = [];
  for (let round = 0; round < switches; round += 1) {
    await sandbox.commit({ "version.txt": `${round}\n` });
    deploys.push(await timed(() => sandbox.ok(["deploy", "staging"])));
    rollbacks.push(await timed(() => sandbox.ok(["rollback", "staging"])));
  }
  const { sent, failed, p50, p99, max, errors } = await load.stop();
  printTable(`${switches} switches and ${switches} rollbacks, 32 keep-alive connections`, [
    ["requests sent", String(sent)],
    ["requests failed", String(failed)],
    ["p50 / p99 / longest", `${p50.toFixed(1)} / ${p99.toFixed(1)} / ${max.toFixed(1)} ms`],
    ["deploy, median", `${median(deploys).toFixed(0)} ms under load`],
    ["rollback, median", `${median(rollbacks).toFixed(0)} ms under load`],
  ]);
  for (const error of errors) console.log(`  ${error}`);
  if (failed > 0 || sent < 20_000) process.exitCode = 1;
} finally {
  await sandbox.dispose();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
