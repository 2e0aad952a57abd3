import type { CheckAnswer, ReadyReport, ReleaseRecord } from "../hosts/host.ts";
import type { SmokeCheck } from "../project/project.ts";
import { steadyMs } from "../release/worker-operations.ts";
import type { FailedStatement, Recorder } from "./recorder.ts";
import type { Scratch } from "./scratch.ts";
import { takeWrites, type TableWrites } from "./table-writes.ts";

export interface TrialOrder {
  readonly scratch: Scratch;
  readonly recorder: Recorder;
  readonly release: ReleaseRecord;
  readonly checks: readonly SmokeCheck[];
  /** Process types other than `web` that are started too. */
  readonly others: readonly string[];
}

/** What was seen of a release that was started on a scratch database. */
export interface Trial {
  readonly release: string;
  readonly ready: ReadyReport;
  /** One a check, in their order; none where it did not get ready. */
  readonly answers: readonly CheckedAnswer[];
  /** By other process type. */
  readonly others: Readonly<Record<string, ReadyReport>>;
  /** Statements that failed meanwhile. */
  readonly failed: readonly FailedStatement[];
  readonly writes: TableWrites;
  readonly durationMs: number;
}

export interface CheckedAnswer extends CheckAnswer {
  readonly of: SmokeCheck;
}

/** Starts a release, asks it all that it is asked in a deploy, and ends it. */
export async function tryRelease(order: TrialOrder, signal: AbortSignal): Promise<Trial> {
  const { scratch, recorder, release, checks, others } = order;
  const start = performance.now();
  const known = (await recorder.failed()).length;
  const types = ["web", ...others];
  await scratch.start(release.id, types, signal);
  try {
    const [{ ready, answers }, ...steady] = await Promise.all([
      asked(scratch, { ...release, smoke: checks }, signal),
      ...others.map((type) => staysUp(scratch, release, type, signal)),
    ]);
    return {
      release: release.id,
      ready,
      answers,
      others: Object.fromEntries(others.map((type, index) => [type, steady[index] ?? neverSeen])),
      failed: (await recorder.failed()).slice(known),
      writes: takeWrites(scratch.databaseFile),
      durationMs: performance.now() - start,
    };
  } finally {
    // Where the rehearsal itself is to end, closing the scratch environment ends them.
    if (!signal.aborted) await scratch.stop(release.id, types, signal);
  }
}

const neverSeen: ReadyReport = { ok: false, faults: ["it was not looked at"], tail: [] };

async function asked(
  scratch: Scratch,
  release: ReleaseRecord,
  signal: AbortSignal,
): Promise<Pick<Trial, "ready" | "answers">> {
  const ready = await scratch.ready(release, signal);
  if (!ready.ok) return { ready, answers: [] };
  const answers = await scratch.smoke(release, signal);
  return {
    ready,
    answers: answers.flatMap((answer, index) => {
      const of = release.smoke[index];
      return of === undefined ? [] : [{ ...answer, of }];
    }),
  };
}

function staysUp(scratch: Scratch, release: ReleaseRecord, type: string, signal: AbortSignal) {
  return scratch.host.awaitSteady(
    {
      release: release.id,
      types: [type],
      forMs: steadyMs(release),
      ready: { [type]: release.processes[type]?.ready ?? null },
      restartsBefore: {},
    },
    signal,
  );
}
