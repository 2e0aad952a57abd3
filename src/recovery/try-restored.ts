import type { CheckAnswer, ReadyReport, ReleaseRecord } from "../hosts/host.ts";
import type { RecordedScratch } from "../rehearsal/open-recorded.ts";
import { statementText } from "../rehearsal/recorder.ts";
import type { Stage } from "./backup.ts";

/** What was seen of a release on restored data. */
export interface RestoredTrial {
  readonly release: string;
  readonly ready: ReadyReport;
  /** One a smoke check; none where it did not get ready. */
  readonly answers: readonly CheckAnswer[];
  /** Statements that the database refused meanwhile. */
  readonly statements: readonly string[];
  readonly stages: readonly Stage[];
}

/** Starts a release that is placed in the scratch environment on the database there, and asks it all that it is asked in a deploy. */
export async function tryRestored(
  { scratch, recorder }: RecordedScratch,
  release: ReleaseRecord,
  signal: AbortSignal,
): Promise<RestoredTrial> {
  const stages: Stage[] = [];
  const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    try {
      return await work();
    } finally {
      stages.push({ name, durationMs: performance.now() - start });
    }
  };
  await timed("start", async () => scratch.start(release.id, ["web"], signal));
  const ready = await timed("ready", async () => scratch.ready(release, signal));
  const answers = ready.ok ? await timed("smoke", async () => scratch.smoke(release, signal)) : [];
  const failed = (await recorder.failed()).map(statementText);
  return { release: release.id, ready, answers, statements: [...new Set(failed)].slice(-5), stages };
}

/** Why the release does not run on the data, in a sentence and in lines; `undefined` where it does. Pure. */
export function trialFault({
  ready,
  answers,
  statements,
}: Pick<RestoredTrial, "ready" | "answers" | "statements">):
  | { readonly text: string; readonly details: readonly string[] }
  | undefined {
  const because = (tail: readonly string[]) =>
    statements.length > 0 ? statements.map((text) => `statement: ${text}`) : [...new Set(tail)];
  if (!ready.ok)
    return { text: `does not get ready: ${ready.faults.join("; ")}`, details: because(ready.tail) };
  const [first, ...rest] = answers.filter(({ ok }) => !ok);
  if (first === undefined) return undefined;
  return {
    text: answerText(first),
    details: [...rest.map(answerText), ...because(first.tail ?? [])],
  };
}

function answerText({ check, reason }: CheckAnswer): string {
  return `${check}: ${reason ?? "no answer"}`;
}
