import type { SmokeCheck } from "../project/project.ts";
import { durationText } from "../shared/duration.ts";
import { statementText } from "./recorder.ts";
import type { CheckedAnswer, Trial } from "./try-release.ts";
import { outcomeOf, type Finding } from "./verdict.ts";
import { counted } from "../shared/words.ts";

/**
 * What a trial shows. `baseline` is the release in force on the data as restored, before any migration: what fails there too is no
 * fault of the release, so it is not proven and never failed. Pure.
 */
export function trialFinding(name: string, trial: Trial, baseline: Trial): Finding {
  const { ready, answers, durationMs } = trial;
  const finding = (outcome: Finding["outcome"], text: string, details: readonly string[] = []): Finding => ({
    name,
    outcome,
    text,
    durationMs,
    ...(details.length > 0 && { details }),
  });
  if (!ready.ok) {
    const why = ready.faults.join("; ");
    return baseline.ready.ok
      ? finding("fail", `did not get ready: ${why}`, explained(trial, baseline, ready.tail))
      : finding("not proven", `did not get ready, on the data as restored neither: ${why}`, ready.tail);
  }
  const failedBefore = failedChecks(baseline);
  const bad = answers.filter(({ ok }) => !ok);
  const worse = bad.filter(({ of }) => !failedBefore.has(keyOf(of)));
  const [first, ...rest] = worse;
  if (first !== undefined) {
    return finding("fail", answerText(first), [
      ...rest.map(answerText),
      ...explained(trial, baseline, first.tail),
    ]);
  }
  const [same] = bad;
  if (same !== undefined) {
    return finding("not proven", `${answerText(same)}, on the data as restored too`, [
      ...bad.slice(1).map(answerText),
      ...(same.tail ?? []),
    ]);
  }
  if (answers.length === 0) return finding("not proven", "gets ready; no smoke check asks it more");
  const wrote = Object.keys(trial.writes).join(", ") || "no table";
  const took = durationText(durationMs);
  return finding("pass", `ready, ${counted(answers.length, "check")} passed, wrote to ${wrote}; ${took}`);
}

/** What the other process types showed: one finding a type, of both releases. Pure. */
export function typeFindings(old: Trial, fresh: Trial, baseline: Trial): Finding[] {
  const types = [...new Set([...Object.keys(fresh.others), ...Object.keys(old.others)])];
  return types.map((type) => {
    const parts = [
      typePart("the release in force", old, baseline, type),
      typePart("the new release", fresh, baseline, type),
    ].filter((part) => part !== undefined);
    const tail = parts.flatMap((part) => part.details ?? []);
    return {
      name: `process ${type}`,
      outcome: outcomeOf(parts),
      text: parts.every(({ outcome }) => outcome === "pass")
        ? `stays up, ${parts.length === 2 ? "of both releases" : `of ${parts[0]?.name}`}`
        : parts.map(({ name, text }) => `${name}: ${text}`).join("; "),
      ...(tail.length > 0 && { details: tail }),
    };
  });
}

function typePart(name: string, trial: Trial, baseline: Trial, type: string): Finding | undefined {
  const report = trial.others[type];
  if (report === undefined) return undefined;
  if (report.ok) return { name, outcome: "pass", text: "stays up" };
  const before = baseline.others[type];
  const why = report.faults.join("; ");
  const details = explained(trial, baseline, report.tail);
  if (before?.ok === true) return { name, outcome: "fail", text: why, details };
  const reason =
    before === undefined
      ? "and the release in force has none to compare with"
      : "on the data as restored too";
  return { name, outcome: "not proven", text: `${why}, ${reason}`, details };
}

/** The checks that were not passed, by what they ask. */
export function failedChecks(trial: Trial): Set<string> {
  return new Set(trial.answers.filter(({ ok }) => !ok).map(({ of }) => keyOf(of)));
}

export function keyOf(check: SmokeCheck): string {
  return JSON.stringify(check);
}

function answerText({ check, reason }: CheckedAnswer): string {
  return `${check}: ${reason ?? "no answer"}`;
}

/** The statements that failed, which say why; without any, what was logged last. */
function explained(trial: Trial, baseline: Trial, tail: readonly string[] = []): string[] {
  const statements = statementsOf(trial, baseline);
  return statements.length > 0 ? statements : [...new Set(tail)];
}

/** Statements that failed here and did not before the migrations; some applications try one and live with its failure. */
function statementsOf(trial: Trial, baseline: Trial): string[] {
  const known = new Set(baseline.failed.map(statementText));
  const texts = trial.failed
    .filter(({ release }) => release === undefined || release === trial.release)
    .map(statementText);
  const fresh = [...new Set(texts)].filter((text) => !known.has(text));
  return fresh.slice(-5).map((text) => `statement: ${text}`);
}
