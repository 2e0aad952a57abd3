/**
 * The whole of cozy in three minutes: CozyWish is deployed on this machine, a new version proves itself on some of the visitors, three
 * bad ones are refused or taken back by themselves, a rollback is made, a backup is restored to see that it can be, and at the end stands
 * what was promised beside what was measured. Everything runs in a folder of its own and ends with this process.
 */
import { setTimeout } from "node:timers/promises";
import pc from "picocolors";
import { applicationOf, lessPatience, verdicts } from "./applications.ts";
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
  await stage.commit(verdicts);
  const deploy = (name: string, why: string, codes = [0], load = true) =>
    measured(name, stage, () => stage.cozy(["deploy", "local", "-m", why], { codes }), { load });

  act(1, `Version 1 of ${application.name}, from its commit to the first visitor`);
  const first = await deploy("deploy 1", "the first release", [0], false);
  await stage.cozy(["run", "local", "--", ...application.seed]);

  act(2, "Version 2, tried on restored data, then on some of the visitors (16 connections that stay open)");
  await stage.commit(application.better);
  const second = await deploy("deploy 2", "a warmer welcome");

  act(3, "Version 3 never gets ready, so no visitor sees it");
  await stage.commit(application.broken);
  await stage.commit(lessPatience);
  const third = await deploy("deploy 3", "a bad idea", [1, 2]);
  await stage.revert(2);

  act(4, "Version 4 passes every check and fails some visitors of one page: it goes back by itself");
  await stage.commit(application.subtle);
  const fourth = await deploy("deploy 4", "a clever idea", [2]);
  await stage.revert(1);

  act(
    5,
    "Version 5 would break the version in force by its migration: it is refused before anything was touched",
  );
  await stage.commit(application.breaking);
  const fifth = await deploy("deploy 5", "a better name", [1, 2]);
  await stage.revert(1);

  act(6, "Back to version 1, whose instances are still warm");
  const sixth = await measured("rollback", stage, () =>
    stage.cozy(["rollback", "local", "-m", "second thoughts"]),
  );

  act(7, "The newest backup is restored aside and served from, to see that it can be");
  await stage.cozy(["schedules", "local", "--run", "backup"]);
  await stage.cozy(["drill", "local"]);

  act(8, "What was promised, and what was measured");
  await stage.cozy(["schedules", "local", "--run", "cleanup"]);
  await stage.cozy(["promises", "local"]);
  return [first, second, third, fourth, fifth, sixth];
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
