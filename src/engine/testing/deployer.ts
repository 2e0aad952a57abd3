/**
 * A deployer of its own for tests that kill one: `node deployer.ts <folder> <command> [<point> <operation>]` runs, resumes or aborts
 * a plan of six operations over files, and kills itself with SIGKILL at that point.
 */
import { appendFile, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../engine.ts";
import { acquireLease } from "../hold-lease.ts";
import { journalFolder } from "../journal-folder.ts";
import { unfinishedJournal } from "../journal-store.ts";
import { leaseFolder } from "../lease-folder.ts";
import { localLeaseKeeper } from "../local-lease-keeper.ts";
import type { Operation } from "../operation.ts";
import { hasEnded, thisOwner } from "../process-identity.ts";
import { abortPlan, resumePlan, runPlan } from "../run-plan.ts";
import type { PlanResult } from "../ending.ts";
import { occasion, planOf, someone } from "./plans.ts";
import { neverInterrupted } from "./shelf.ts";

/** Two hosts, a barrier, and a last phase that is committed. */
export const sixOperations = planOf([["a@1", "a@2"], ["b@1"], ["c@1"], ["d@1"], ["e@1"]], 4);

export interface Deployer {
  readonly folder: string;
  readonly command: "run" | "resume" | "abort";
  /** Called at every point, those inside effects as well. */
  readonly atPoint?: (point: string, operation: string) => void;
}

export async function deploy({
  folder,
  command,
  atPoint = () => {},
}: Deployer): Promise<PlanResult | undefined> {
  const place = { environment: "production", store: leaseFolder(join(folder, "lease")) };
  const owner = await thisOwner({});
  const keeper = localLeaseKeeper(place, { now: Date.now, hasEnded });
  const hold = await acquireLease(keeper, { owner, purpose: { command }, now: Date.now, hasEnded });
  const journals = journalFolder(join(folder, "journals"));
  const engine: Engine<World> = {
    kinds: { put },
    worldFor: ({ id }) => ({ things: join(folder, "things"), inside: () => atPoint("in", id) }),
    hold,
    journals,
    interrupt: neverInterrupted(),
    emit: () => {},
    now: Date.now,
    served: async () => [],
    onPoint: (point, id, direction) => atPoint(direction === "undo" ? `undo-${point}` : point, id),
  };
  try {
    if (command === "run") return await runPlan(sixOperations, occasion, engine);
    const journal = await unfinishedJournal(journals);
    if (journal === undefined) return undefined;
    return await (command === "resume" ? resumePlan : abortPlan)(journal, someone, engine);
  } finally {
    await hold.release();
  }
}

/** What stands on the shelf, half-made things as well. */
export async function thingsIn(folder: string): Promise<string[]> {
  const names: string[] = await readdir(join(folder, "things")).catch(() => []);
  return names.toSorted();
}

interface World {
  readonly things: string;
  inside(): void;
}

/** Two files, so that a kill can fall between them. */
const put: Operation<{ readonly id: string }, World> = {
  kind: "put",
  deadlineMs: () => 5_000,
  run: async ({ id }, { world }) => {
    await mkdir(world.things, { recursive: true });
    await writeFile(join(world.things, `${id}.1`), "");
    world.inside();
    await writeFile(join(world.things, `${id}.2`), "");
    await appendFile(join(world.things, "..", "effects.log"), `run ${id}\n`);
  },
  verify: async ({ id }, { world }) =>
    stat(join(world.things, `${id}.2`)).then(
      () => true,
      () => false,
    ),
  undo: async ({ id }, { world }) => {
    await rm(join(world.things, `${id}.2`), { force: true });
    await rm(join(world.things, `${id}.1`), { force: true });
  },
};

if (import.meta.main) {
  const [folder = "", wanted, point, operation] = process.argv.slice(2);
  await deploy({
    folder,
    command: wanted === "resume" || wanted === "abort" ? wanted : "run",
    atPoint: (reached, id) => {
      if (reached === point && id === operation) process.kill(process.pid, "SIGKILL");
    },
  });
}
