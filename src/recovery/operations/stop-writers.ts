import type { Operation, OperationContext } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { ReadyCheck } from "../../project/project.ts";
import { warnOfKilled } from "../../release/operations/warn-of-killed.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import type { RestoreInput } from "./restore-aside.ts";

export interface StopWritersInput extends RestoreInput {
  /** Every release that has instances, with the types of them. */
  readonly running: Readonly<Record<string, readonly string[]>>;
  /** The release in force, where it runs: an undo starts it again. Those that were only warm stay away. */
  readonly back: {
    readonly release: string;
    readonly types: readonly string[];
    readonly check: ReadyCheck;
  } | null;
  /** The longest stop time-out among them. */
  readonly timeoutMs: number;
}

/** Ends all that has the database open: instances of every release, and the runs of schedules. */
export const stopWriters: Operation<StopWritersInput, ReleaseWorld> = {
  kind: "stop-writers",
  async run({ host, running }, context) {
    const { world, signal, note } = context;
    for (const [release, types] of Object.entries(running)) {
      warnOfKilled(await world.host(host).stopInstances({ release, types }, signal), context);
    }
    const ended = await (await world.restorer()).endRuns(signal);
    for (const schedule of ended) note(`A run of ${schedule} was ended.`);
  },
  async verify(input, { world, signal }) {
    const { instances } = await world.host(input.host).observe(signal);
    return instances.length === 0 || (await world.restorer()).isInPlace(input);
  },
  async undo({ host, back }, context) {
    if (back !== null) await startAgain(host, back, context);
  },
  deadlineMs: ({ timeoutMs }) => timeoutMs + 60_000,
  undoDeadlineMs: ({ back }) => (back?.check.timeoutMs ?? 0) + 70_000,
};

/** Traffic comes back after this, so it waits until there is somebody to answer. */
async function startAgain(
  host: string,
  { release, types, check }: NonNullable<StopWritersInput["back"]>,
  { world, signal }: OperationContext<ReleaseWorld>,
): Promise<void> {
  await world.host(host).startInstances({ release, types }, signal);
  if (!types.includes("web")) return;
  const report = await world.host(host).awaitReady(release, check, {}, signal);
  if (report.ok) return;
  throw new CozyError("release-not-ready", {
    message: `Release ${release} did not get ready again: ${report.faults.join("; ")}.`,
    details: report.tail,
  });
}
