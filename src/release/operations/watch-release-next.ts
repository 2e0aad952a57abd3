import type { CanaryEvidence } from "../../canary/evidence-file.ts";
import type { OperationContext } from "../../engine/operation.ts";
import { askAndNote } from "../../questions/ask-and-note.ts";
import type { Answer } from "../../questions/question.ts";
import { durationText } from "../../shared/duration.ts";
import type { ReleaseWorld } from "../world.ts";
import type { WatchReleaseInput } from "./watch-release.ts";
import { stepOf } from "./watch-release-look.ts";
import { longestHoldMs } from "./watch-release-times.ts";

/** What follows from a look. */
export type Next =
  | { readonly do: "end"; readonly decidedBy?: string | undefined }
  | { readonly do: "roll-back"; readonly because: string; readonly decidedBy?: string | undefined }
  | { readonly do: "watch"; readonly state: "watching" | "extended"; readonly endsAt: number }
  | { readonly do: "ask"; readonly state: "held" | "asked" };

/** Whoever decides where the evidence does not. */
export interface Person {
  /** What was said, until it is taken in. */
  readonly answer: Answer | undefined;
  /** Since when somebody has been waited for first. */
  readonly asked: boolean;
  /** Puts the question, if it does not stand already and nobody asked for more time. */
  ask(evidence: CanaryEvidence): void;
  /** Forgets the answer; the question comes again at that time. */
  askAgainAt(at: number): void;
  /** Takes the question back. */
  leave(): Promise<void>;
}

/** Pure but for what a person said: how it goes on after a look. */
export function whatNext(
  evidence: CanaryEvidence,
  input: WatchReleaseInput,
  person: Person,
  now: number,
): Next {
  const { verdict, watch } = evidence;
  const bakedAt = (stepOf(evidence, input)?.startedAt ?? now) + watch.bakeMs;
  if (verdict?.decision === "roll-back") return { do: "roll-back", because: verdict.reason };
  if (seenUntil(evidence, now) < bakedAt) return { do: "watch", state: "watching", endsAt: bakedAt };
  if (!input.last) return { do: "end" };
  if (verdict?.decision === "promote" && !(watch.inconclusive === "ask" && person.asked))
    return { do: "end" };
  return undecided(evidence, person, bakedAt, now);
}

/** A step ends with its last whole tick. */
function seenUntil({ ticks, tickMs, startedAt }: CanaryEvidence, now: number): number {
  return Math.min(now, (ticks.at(-1)?.at ?? startedAt) + tickMs / 2);
}

function undecided({ watch, verdict }: CanaryEvidence, person: Person, bakedAt: number, now: number): Next {
  const reason = verdict?.reason ?? "";
  const { inconclusive, extendMs } = watch;
  if (inconclusive === "go-on") return { do: "end", decidedBy: "inconclusive: go-on" };
  if (inconclusive === "roll-back") {
    return { do: "roll-back", because: reason, decidedBy: "inconclusive: roll-back" };
  }
  if (inconclusive === "extend") {
    const endsAt = bakedAt + extendMs;
    if (now < endsAt) return { do: "watch", state: "extended", endsAt };
    const because = `It was watched for ${durationText(extendMs)} longer, and that did not suffice. ${reason}`;
    return { do: "roll-back", because, decidedBy: "inconclusive: extend" };
  }
  return asked(inconclusive === "hold" ? "held" : "asked", person, reason, extendMs, bakedAt, now);
}

function asked(
  state: "held" | "asked",
  person: Person,
  reason: string,
  longerMs: number,
  bakedAt: number,
  now: number,
): Next {
  const { answer } = person;
  if (answer?.choice === "promote") return { do: "end", decidedBy: `${answer.who}: promote` };
  if (answer?.choice === "roll-back") {
    const because = `${answer.who} had it rolled back. ${reason}`;
    return { do: "roll-back", because, decidedBy: `${answer.who}: roll-back` };
  }
  if (answer !== undefined) person.askAgainAt(now + longerMs);
  if (now - bakedAt >= longestHoldMs) {
    const because = `Nobody decided within ${durationText(longestHoldMs)}. ${reason}`;
    return { do: "roll-back", because, decidedBy: "nobody" };
  }
  return { do: "ask", state };
}

export function createPerson(input: WatchReleaseInput, context: OperationContext<ReleaseWorld>): Person {
  const leaving = new AbortController();
  const signal = AbortSignal.any([context.signal, leaving.signal]);
  let answer: Answer | undefined;
  let asked = false;
  let notBefore = 0;
  let pending: Promise<void> | undefined;

  async function put(evidence: CanaryEvidence): Promise<void> {
    try {
      answer = await askAndNote(questionOf(evidence), input.environment, { ...context, signal });
    } catch (error) {
      // Where it can't be asked, traffic may still decide; what was left on purpose is no fault.
      if (!signal.aborted) context.warn(`Nobody can be asked about ${input.release}: ${String(error)}`);
      notBefore = Infinity;
    } finally {
      pending = undefined;
    }
  }

  return {
    get answer() {
      return answer;
    },
    get asked() {
      return asked;
    },
    ask(evidence) {
      if (pending !== undefined || context.now() < notBefore) return;
      asked = true;
      pending = put(evidence);
    },
    askAgainAt(at) {
      answer = undefined;
      notBefore = at;
    },
    async leave() {
      leaving.abort();
      await pending;
    },
  };
}

function questionOf({ release, verdict, watch }: CanaryEvidence) {
  return {
    name: "canary",
    release,
    text: `The traffic has not decided about ${release}. ${verdict?.reason ?? ""}`.trim(),
    choices: [
      { word: "promote", text: "put it into force" },
      { word: "roll-back", text: "take it back" },
      { word: "longer", text: `watch for another ${durationText(watch.extendMs)}` },
    ],
  };
}
