import type { Served } from "../events/event.ts";
import { againCommand, subjectOf } from "../release/plan-subject.ts";
import type { Plan } from "../release/plan.ts";
import { listed } from "../shared/words.ts";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import type { Journal } from "./journal.ts";
import type { OperationFailure } from "./walk.ts";

/** Why a plan goes back: operations failed, the user interrupted it, or asked for it afterwards. */
export type Cause = readonly OperationFailure[] | "interrupt" | "abort";

/** Why, in half a sentence. */
export function reasonText(cause: Cause): string {
  if (cause === "interrupt") return "interrupted";
  if (cause === "abort") return "the plan is aborted";
  const [first, ...others] = cause;
  const more = others.length === 0 ? "" : `, and ${others.length} more`;
  return `${placeOf(first)} failed${more}`;
}

/** The error of a plan that was taken back whole; an abort that did what it should is none. */
export function undoneError(plan: Plan, cause: Cause, serves: readonly Served[]): CozyError | undefined {
  if (cause === "abort") return undefined;
  const state = `Everything was taken back. ${servesText(serves)}`;
  const again = againCommand(plan);
  if (cause === "interrupt") {
    return new CozyError("interrupted", {
      message: `The ${plan.command} of ${subjectOf(plan)} was interrupted before the release was in force.`,
      state,
      next: again,
    });
  }
  const error = firstError(cause);
  return error.with({ state, next: error.next ?? `Mend the cause, then: ${again}` });
}

/** The first failure as its own error, with the others among its details. */
function firstError(failures: readonly OperationFailure[]): CozyError {
  const [first, ...others] = failures;
  const error = asCozyError(first);
  const also = others.map((other) => `${placeOf(other)}: ${messageOf(other.error)}`);
  return error.with({ details: [...error.details, ...also] });
}

function asCozyError(failure: OperationFailure | undefined): CozyError {
  if (failure?.error instanceof CozyError) return failure.error;
  return new CozyError("operation-failed", {
    message: `${placeOf(failure)} failed: ${messageOf(failure?.error)}`,
    cause: failure?.error,
  });
}

export function undoIncomplete(
  plan: Plan,
  failures: readonly OperationFailure[],
  serves: readonly Served[],
): CozyError {
  return new CozyError("undo-incomplete", {
    message: `${failures.length} of the operations of the ${plan.command} of ${subjectOf(plan)} could not be taken back.`,
    details: failures.map((failure) => `${placeOf(failure)}: ${messageOf(failure.error)}`),
    state: `All others were. ${servesText(serves)}`,
    next: `cozy abort ${plan.environment}${unreachedHint(serves)}`,
    cause: failures[0]?.error,
  });
}

/** A host that doesn't answer can come back, or be given up. */
function unreachedHint(serves: readonly Served[]): string {
  const lost = serves.filter(({ unknown }) => unknown !== undefined).map(({ host }) => host);
  if (lost.length === 0) return "";
  const names = lost.join(",");
  return `, once ${listed(lost)} ${lost.length === 1 ? "is" : "are"} back; without: add --without ${names}`;
}

export function stoppedAtOnce(plan: Plan, committed: boolean): CozyError {
  return new CozyError("interrupted", {
    message: `The ${plan.command} of ${subjectOf(plan)} was stopped at once.`,
    state: committed
      ? `${plan.release} is in force; the tidying up after it is not finished.`
      : "It was left half-way: nothing more was done and nothing was taken back.",
    next: committed
      ? `cozy resume ${plan.environment}`
      : `cozy resume ${plan.environment}, to go on, or cozy abort ${plan.environment}, to go back`,
  });
}

export function interruptedAfterCommit(plan: Plan, serves: readonly Served[]): CozyError {
  return new CozyError("interrupted", {
    message: `The ${plan.command} of ${subjectOf(plan)} was interrupted after the release was in force.`,
    state: `The release stays in force; the tidying up after it is not finished. ${servesText(serves)}`,
    next: `cozy resume ${plan.environment}`,
  });
}

/** What a deployer says that lost its lease half-way. */
export function lostHalfWay(plan: Plan, reason: unknown): CozyError {
  const lost =
    reason instanceof CozyError
      ? reason
      : new CozyError("lease-lost", { message: messageOf(reason), cause: reason });
  return lost.with({
    state: `The ${plan.command} of ${subjectOf(plan)} was left half-way. Nothing was taken back, because the environment is another's to change now.`,
    next: `cozy lease ${plan.environment}, to see who holds it; whoever does resumes or aborts`,
  });
}

export function alreadyCommitted(journal: Journal): CozyError {
  const { plan } = journal.header;
  const { command, environment } = plan;
  const back =
    command === "restore"
      ? "then restore the backup that was made before it"
      : `cozy rollback ${environment} goes back to the release before`;
  return new CozyError("already-committed", {
    message: `The ${command} of ${subjectOf(plan)} can't be aborted: the release is in force, and only tidying up is left.`,
    state: "Nothing was changed.",
    next: `cozy resume ${environment} finishes it; ${back}`,
  });
}

export function alreadyEnded(journal: Journal): CozyError {
  const { plan } = journal.header;
  const { command, environment } = plan;
  return new CozyError("journal-ended", {
    message: `The ${command} of ${subjectOf(plan)} has ended; nothing of it is left to go on with.`,
    state: "Nothing was changed.",
    next: `cozy history ${environment}`,
  });
}

function placeOf(failure: OperationFailure | undefined): string {
  if (failure === undefined) return "An operation";
  return `"${failure.operation.title}" on ${failure.operation.host}`;
}

/** `host-1, host-2 serve 20261124-3f2a1bc. What host-3 serves is not known.` */
function servesText(serves: readonly Served[]): string {
  const known = serves.filter(({ unknown }) => unknown === undefined);
  const lost = serves.filter(({ unknown }) => unknown !== undefined).map(({ host }) => host);
  const notKnown =
    lost.length === 0
      ? []
      : [`What ${lost.join(", ")} ${lost.length === 1 ? "serves" : "serve"} is not known now.`];
  const byRelease = Map.groupBy(known, ({ release }) => release);
  const sentences = [...byRelease].map(([release, hosts]) => {
    const names = hosts.map(({ host }) => host).join(", ");
    return `${names} ${hosts.length === 1 ? "serves" : "serve"} ${release ?? "nothing"}.`;
  });
  const all = [...sentences, ...notKnown];
  return all.length === 0 ? "What the hosts serve could not be read." : all.join(" ");
}
