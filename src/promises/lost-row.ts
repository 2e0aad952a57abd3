import {
  isLoggedSince,
  lastDecisive,
  lastOf,
  measuredBy,
  unmeasured,
  type PromiseFacts,
  type PromiseRow,
  type ReleaseChange,
} from "./promise.ts";
import { withClosed } from "./closed-text.ts";
import { judgeLost } from "./judge-lost.ts";

/** That the last deploy or rollback lost no request. Its own count holds; one that left none is counted now, while the log still tells. */
export function lostRow(facts: PromiseFacts): PromiseRow {
  const { change, environment, evidence, now } = facts;
  const row: PromiseRow = {
    promise: "no-lost-request",
    declared: "every deploy and rollback",
    ...unmeasured,
    limitMs: undefined,
    state: "not proven",
    text: "no release was put into force yet",
    next: `cozy deploy ${environment}`,
  };
  if (change === undefined) return row;
  const measurements = (evidence["no-lost-request"] ?? []).filter(({ at }) => at >= change.startedAt);
  const measurement = lastDecisive(measurements) ?? lastOf(measurements);
  if (measurement !== undefined) {
    const { outcome: state, measured, closed, text } = measurement;
    const next = state === "kept" ? undefined : `cozy logs ${environment} --type access`;
    return { ...row, ...measuredBy(measurement, now), state, ...measuredText(measured, closed), text, next };
  }
  return { ...row, ...countedNow(change, facts) };
}

function countedNow(change: ReleaseChange, facts: PromiseFacts): Partial<PromiseRow> {
  const { environment, now, since } = facts;
  const { command, release, startedAt, endedAt, requests } = change;
  const what = `the ${command} of ${release}`;
  if (endedAt === undefined) return { text: `${what} has not ended`, next: `cozy status ${environment}` };
  if (requests === undefined) return { text: `${what} left no count`, next: undefined };
  // Before the first release there was nothing to log.
  const isFirst = since !== undefined && since >= startedAt;
  if (!isLoggedSince(facts, isFirst ? endedAt : startedAt)) {
    return { text: `the access log tells nothing, or not all, of ${what}`, next: undefined };
  }
  const { outcome: state, measured, closed, text } = judgeLost(requests, { command, release });
  return {
    state,
    ...measuredText(measured, closed),
    measuredAt: now,
    ageMs: 0,
    release,
    by: `cozy promises ${environment}`,
    text: `${text}, counted from the log of that time (${Math.round((endedAt - startedAt) / 1000)} s)`,
    next: state === "kept" ? undefined : `cozy logs ${environment} --type access`,
  };
}

function measuredText(
  lost: number | undefined,
  closed: number | undefined,
): Pick<PromiseRow, "measured" | "closed"> {
  const text = lost === undefined ? undefined : `${lost.toLocaleString("en-GB")} lost`;
  return { measured: withClosed(text, closed), ...(closed !== undefined && { closed }) };
}
