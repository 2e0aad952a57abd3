/**
 * CozyWish in Django: the time of a one-line deploy beyond the application's own boot, migrations and end of workers, and the requests lost over 20
 * switches and 20 rollbacks under 16 keep-alive connections: `node bench/django.ts`.
 */
import { startLoad } from "../src/routing/testing/load.ts";
import { createExampleSandbox } from "../test/support/example-sandbox.ts";
import { measureDeploys } from "./deploy-times.ts";
import { median, printTable } from "./statistics.ts";

const switches = 20;
const sandbox = await createExampleSandbox("cozywish-django");
const change = (round: number) => sandbox.commit({ "common/version.py": `VERSION = ${round}\n` });
try {
  await sandbox.ok(["deploy", "local"]);
  await sandbox.ok(["run", "local", "--", "python", "manage.py", "seed"]);
  await measureDeploys(sandbox, "local", 3, change);

  const load = startLoad({ url: `${sandbox.url}/`, connections: 16 });
  const deploys: number[] = [];
  const rollbacks: number[] = [];
  for (let round = 0; round < switches; round += 1) {
    await change(100 + round);
    deploys.push(await timed(() => sandbox.ok(["deploy", "local"])));
    rollbacks.push(await timed(() => sandbox.ok(["rollback", "local"])));
  }
  const result = await load.stop();
  printTable(`Django: ${switches} switches and ${switches} rollbacks, 16 keep-alive connections`, [
    ["requests sent", String(result.sent)],
    ["requests failed", String(result.failed)],
    [
      "p50 / p99 / longest",
      [result.p50, result.p99, result.max].map((value) => `${value.toFixed(1)} ms`).join(" / "),
    ],
    ["deploy, median", `${median(deploys).toFixed(0)} ms under load`],
    ["rollback, median", `${median(rollbacks).toFixed(0)} ms under load`],
  ]);
  for (const error of result.errors) console.log(`  ${error}`);
  if (result.failed > 0) process.exitCode = 1;
} finally {
  await sandbox.dispose();
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
