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
import { fleetText, ofHost, uncountedText } from "./fleet-text.ts";
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
  const missing = uncountedText(facts);
  const butFor = missing === undefined ? "" : `; ${missing}`;
  // Before the first release there was nothing to log.
  const isFirst = since !== undefined && since >= startedAt;
  if (!isLoggedSince(facts, isFirst ? endedAt : startedAt)) {
    return {
      text: `the access log${ofHost(facts, "of")} tells nothing, or not all, of ${what}${butFor}`,
      next: missing && `cozy status ${environment}`,
    };
  }
  const { outcome, measured, closed, text } = judgeLost(requests, { command, release });
  // Whatever the others would say, one that was lost is lost.
  const state = missing === undefined || outcome === "broken" ? outcome : "not proven";
  return {
    state,
    ...measuredText(measured, closed),
    measuredAt: now,
    ageMs: 0,
    release,
    by: `cozy promises ${environment}`,
    text: `${text}, counted from the log of that time (${Math.round((endedAt - startedAt) / 1000)} s)${fleetText(facts)}${butFor}`,
    next: nextOf(state, missing, environment),
  };
}

function nextOf(
  state: PromiseRow["state"],
  missing: string | undefined,
  environment: string,
): string | undefined {
  if (state === "kept") return undefined;
  return state === "not proven" && missing !== undefined
    ? `cozy status ${environment}`
    : `cozy logs ${environment} --type access`;
}

function measuredText(
  lost: number | undefined,
  closed: number | undefined,
): Pick<PromiseRow, "measured" | "closed"> {
  const text = lost === undefined ? undefined : `${lost.toLocaleString("en-GB")} lost`;
  return { measured: withClosed(text, closed), ...(closed !== undefined && { closed }) };
}
