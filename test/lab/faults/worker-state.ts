import { setTimeout } from "node:timers/promises";
import type { FleetSandbox } from "../../support/fleet.ts";
import { schedulerNotesIn } from "../../support/schedulers.ts";

const data = "/var/lib/cozy/environments/tiny-staging/persist/data";
const units = "'tiny-staging-worker@*' 'tiny-staging-scheduler@*'";

/** Until one that has just been started has written that down. */
const withinMs = 10_000;

/** What is wrong with the workers, two a host, and with the scheduler, one on the first host, where this release is in force. */
export async function faultsOfWorkers(fleet: FleetSandbox, release: string): Promise<string[]> {
  const end = performance.now() + withinMs;
  for (;;) {
    const faults = await faultsNow(fleet, release);
    if (faults.length === 0 || performance.now() > end) return faults;
    await setTimeout(200);
  }
}

async function faultsNow({ lab, on }: FleetSandbox, release: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [index, { name }] of lab.hosts.entries()) {
    const types = index === 0 ? ["scheduler@.0", "worker@.0", "worker@.1"] : ["worker@.0", "worker@.1"];
    const expected = types.map((type) => `tiny-staging-${type.replace("@", `@${release}`)}.service`);
    const running = await on(
      name,
      `systemctl list-units --plain --no-legend --state=active,activating,deactivating,reloading ${units} | cut -d' ' -f1 | sort`,
    );
    const atBoot = await on(
      name,
      "ls /etc/systemd/system/*.wants | grep -E '^tiny-staging-(worker|scheduler)@' | sort",
    );
    for (const [what, found] of [
      ["runs", running],
      ["starts at boot", atBoot],
    ])
      if (found !== expected.join("\n"))
        faults.push(`${name} ${what} ${found} instead of ${expected.join()}`);
    const { most, running: schedulers } = schedulerNotesIn(await notes(on, name, "scheduler.txt"));
    const wanted = index === 0 ? release : "";
    if (most !== (index === 0 ? 1 : 0) || schedulers.join() !== wanted)
      faults.push(`${name} had ${most} schedulers at once, and now has that of ${schedulers.join()}`);
  }
  return faults;
}

/** What the migrations wrote down, on the first host, where alone they may run. */
export interface MigrationNotes {
  /** Releases, as often as their migration began. */
  readonly begun: readonly string[];
  readonly applied: readonly string[];
  readonly faults: string[];
}

export async function migrationNotes({ lab, on }: FleetSandbox): Promise<MigrationNotes> {
  const [first, ...rest] = lab.hosts;
  const lines = (await notes(on, first?.name ?? "", "migrations.txt"))
    .split("\n")
    .map((line) => line.split(" "));
  const of = (what: string) => lines.filter((line) => line[0] === what).map(([, release = ""]) => release);
  const applied = of("applies");
  const faults: string[] = [];
  if (new Set(applied).size !== applied.length) faults.push(`applied more than once: ${applied.join()}`);
  let last = "";
  for (const [what, release, pid] of lines) {
    // One that was killed never ends; one that goes on beside the next does.
    if (what === "begins") last = pid ?? "";
    else if (what !== "" && last !== pid) faults.push(`another began before that of ${release} was over`);
  }
  for (const { name } of rest)
    if ((await notes(on, name, "migrations.txt")) !== "") faults.push(`${name} ran one as well`);
  return { begun: of("begins"), applied, faults };
}

async function notes(on: FleetSandbox["on"], host: string, file: string): Promise<string> {
  return on(host, `cat ${data}/${file} 2>/dev/null || true`);
}
