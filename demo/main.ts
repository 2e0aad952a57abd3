/**
 * The whole of cozy in a minute and a half: CozyWish is deployed on this machine, a new version goes out under load, a broken one is
 * refused, and a rollback takes the new one back. Everything runs in a folder of its own and ends with this process.
 */
import { setTimeout } from "node:timers/promises";
import pc from "picocolors";
import { applicationOf } from "./applications.ts";
import { createStage, type Stage } from "./stage.ts";
import { measured, reportTable, type Measure } from "./measure.ts";

const stop = new AbortController();
let interrupts = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupts += 1;
    stop.abort();
  });
}

const application = applicationOf(process.env["APP"]);
const stage = await createStage(application.folder, stop.signal);
try {
  const measures = await play(stage);
  console.log(reportTable(measures));
  await invite(stage);
} catch (error) {
  if (!stop.signal.aborted) throw error;
} finally {
  console.log(pc.dim("\nEnding everything that was started …"));
  await stage.dispose();
  console.log(pc.dim(`Nothing is left running${interrupts > 0 ? " (interrupted)" : ""}.`));
}

async function play(stage: Stage): Promise<Measure[]> {
  act(1, `Version 1 of ${application.name}, from its commit to the first visitor`);
  const first = await measured(
    "deploy 1",
    stage,
    () => stage.cozy(["deploy", "local", "-m", "the first release"]),
    { load: false },
  );
  await stage.cozy(["run", "local", "--", ...application.seed]);

  act(2, "Version 2, while visitors look around (16 connections that stay open)");
  await stage.edit(application.better);
  const second = await measured("deploy 2", stage, () =>
    stage.cozy(["deploy", "local", "-m", "a warmer welcome"]),
  );

  act(3, "Version 3 is broken: it never gets ready, so no visitor sees it");
  await stage.edit(application.broken);
  await stage.edit({
    file: "cozy.config.ts",
    from: 'timeout: "30s"',
    to: 'timeout: "4s"',
    message: "Wait less for it",
  });
  const third = await measured("deploy 3", stage, () =>
    stage.cozy(["deploy", "local", "-m", "a bad idea"], { mayFail: true }),
  );

  act(4, "And back to version 1, whose instances are still warm");
  const fourth = await measured("rollback", stage, () =>
    stage.cozy(["rollback", "local", "-m", "second thoughts"]),
  );
  return [first, second, third, fourth];
}

function act(number: number, title: string): void {
  if (stop.signal.aborted) throw new Error("interrupted");
  console.log(`\n${pc.bold(`${number}. ${title}`)}`);
}

/** A person can look at the site; a pipe just gets the figures. */
async function invite(stage: Stage): Promise<void> {
  console.log(`\nThe site: ${pc.bold(stage.url)}`);
  console.log(
    `Look around it yourself: cd ${stage.project} && COZY_HOME=${stage.home} COZYWISH_PORT=${stage.port} cozy status local`,
  );
  if (!process.stdout.isTTY || process.env["CI"]) return;
  console.log(pc.dim("Ctrl-C ends the demo."));
  while (!stop.signal.aborted) await setTimeout(200);
}
