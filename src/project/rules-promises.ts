import { backedUp, holderWords } from "../promises/data-holders.ts";
import type { Draft } from "./draft.ts";
import { fault, type Fault, type Path } from "./faults.ts";
import type { DataHolder } from "./project.ts";
import { durationMs } from "./units.ts";

type DraftEnvironment = NonNullable<NonNullable<Draft["environments"]>[string]>;
type DraftRecovery = NonNullable<NonNullable<DraftEnvironment["promises"]>["recovery"]>;

/** A promise covers something, everything that holds data is covered or said not to be, and what is promised can be kept. */
export function promiseFaults(draft: Draft): Fault[] {
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) => {
    const at = ["environments", name, "promises"];
    const recovery = environment?.promises?.recovery;
    return [
      ...(environment === undefined ? [] : noTimeFaults(environment, at)),
      ...(environment === undefined || recovery === undefined
        ? []
        : recoveryFaults(draft, environment, recovery, [...at, "recovery"])),
    ];
  });
}

function recoveryFaults(
  draft: Draft,
  environment: DraftEnvironment,
  recovery: DraftRecovery,
  at: Path,
): Fault[] {
  const holders = draftHolders(draft, environment);
  const promised = holders.filter((holder) => recovery.notPromised?.includes(holder) !== true);
  const silent = promised.filter((holder) => !backedUp.includes(holder));
  if (environment.database?.kind === "postgres") return [fault(at, notBackedUp, "key")];
  if (holders.length === 0)
    return [fault(at, "promises nothing: the environment has nothing that holds data")];
  if (promised.length === 0)
    return [fault(at, "promises nothing: all that holds data is in `notPromised`; leave it out")];
  if (silent.length > 0) return [fault(at, silentText(silent))];
  return tooSeldom(environment, recovery, at);
}

const notBackedUp =
  "can't be kept: this version of cozy backs up `sqlite()` only, and the database is `postgres()`; remove it";

function silentText(silent: readonly DataHolder[]): string {
  const words = silent.map((holder) => holderWords[holder]).join(" and ");
  const names = silent.map((holder) => `"${holder}"`).join(", ");
  return `says nothing of ${words}, which cozy does not back up yet: back them up by other means, and name them in \`notPromised: [${names}]\``;
}

/**
 * Backups that are further apart than the data may be old can't keep the promise, however well they go. Where none are declared they are
 * made by hand or from elsewhere, and the ledger tells how old the newest is.
 */
function tooSeldom({ backups }: DraftEnvironment, { rpo }: DraftRecovery, at: Path): Fault[] {
  if (backups === undefined) return [];
  const { every, cron } = backups;
  // Of times of the day the most that is certain is that one comes each day, and that more than one were written on purpose.
  const apart = every ?? (cron === undefined && typeof backups.at !== "object" ? "24h" : undefined);
  if (rpo === undefined || apart === undefined || durationMs(apart) <= durationMs(rpo)) return [];
  const often = every === undefined ? "once a day" : `every ${every}`;
  return [fault([...at, "rpo"], `is ${rpo}, and backups are made ${often}: make them at least every ${rpo}`)];
}

function noTimeFaults({ promises }: DraftEnvironment, at: Path): Fault[] {
  const { recovery, availability, latency } = promises ?? {};
  const spans: readonly (readonly [readonly string[], string | undefined])[] = [
    [["recovery", "rto"], recovery?.rto],
    [["recovery", "rpo"], recovery?.rpo],
    [["recovery", "drillWithin"], recovery?.drillWithin],
    [["availability", "over"], availability?.over],
    [["latency", "p95"], latency?.p95],
    [["latency", "over"], latency?.over],
  ];
  return spans.flatMap(([path, text]) =>
    text === undefined || durationMs(text) > 0
      ? []
      : [fault([...at, ...path], `is ${text}, which is no time at all`)],
  );
}

/** As `dataHolders` has it, of a file that may not be whole. */
function draftHolders({ app }: Draft, { database, media, sessions }: DraftEnvironment): DataHolder[] {
  return [
    ...(database === undefined ? [] : (["database"] as const)),
    ...(media === undefined ? [] : (["media"] as const)),
    ...((app?.persist?.length ?? 0) === 0 ? [] : (["persist"] as const)),
    ...(sessions === undefined ? [] : (["sessions"] as const)),
  ];
}
