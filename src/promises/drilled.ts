import { durationText, spanText } from "../shared/duration.ts";
import type { Evidence, PromiseName } from "./evidence.ts";
import {
  drillWithinMs,
  isInFuture,
  lastDecisive,
  lastOf,
  measuredBy,
  unmeasured,
  type PromiseFacts,
  type PromiseRow,
} from "./promise.ts";

export type Drilled = Pick<
  PromiseRow,
  "state" | "measuredAt" | "ageMs" | "release" | "backup" | "by" | "details" | "text" | "next"
> & { readonly measuredMs: number | undefined };

/**
 * What drills say of a promise. One that was broken stays broken until a drill shows that it is kept, however long ago that was; one that
 * was kept is proven for a while. `declaredMs` is what is declared now, which may be less than it was then.
 */
export function drilled(
  promise: PromiseName,
  declaredMs: number | undefined,
  { evidence, now, environment, promises }: PromiseFacts,
): Drilled {
  const decisive = lastDecisive(evidence[promise]);
  const last = lastOf(evidence[promise]);
  const next = `cozy drill ${environment}`;
  if (decisive === undefined) {
    const text =
      last === undefined ? "no drill was held yet" : `the last drill could not show it: ${last.text}`;
    return { ...unmeasured, state: "not proven", measuredMs: undefined, text, next };
  }
  const { ageMs, ...by } = measuredBy(decisive, now);
  const measuredMs = decisive.measured;
  const row = { ...by, ageMs, measuredMs };
  if (decisive.outcome === "broken") return { ...row, state: "broken", text: decisive.text, next };
  if (measuredMs !== undefined && declaredMs !== undefined && measuredMs > declaredMs) {
    const text = `the last drill measured ${durationText(measuredMs)}, and ${spanText(declaredMs)} is promised by now`;
    return { ...row, state: "broken", text, next };
  }
  const old = staleness(decisive, now, promises.recovery?.drillWithinMs ?? drillWithinMs);
  if (old !== undefined) return { ...row, state: "not proven", text: old, next };
  if (declaredMs !== undefined && measuredMs === undefined) {
    return { ...row, state: "not proven", text: `the last drill measured nothing: ${decisive.text}`, next };
  }
  const since =
    last === undefined || last === decisive ? "" : `; a later one could not show it: ${last.text}`;
  return { ...row, state: "kept", text: `${decisive.text}${since}`, next: undefined };
}

/** Why a measurement proves nothing any more. */
function staleness({ at }: Evidence, now: number, limitMs: number): string | undefined {
  if (isInFuture(at, now)) return "the last drill is dated in the future: a clock is wrong, or was";
  const age = now - at;
  if (age <= limitMs) return undefined;
  return `the last drill was ${spanText(age)} ago, and a drill proves it for ${spanText(limitMs)}`;
}
