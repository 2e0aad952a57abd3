import type { Backups, Environment, Promises, Rehearsal, Strategy, Watch } from "../project/project.ts";
import type { Described } from "./difference.ts";
import { describeTimes } from "./describe-times.ts";
import { spanText } from "../shared/duration.ts";

type Asked = Pick<Environment, "strategy" | "backups" | "rehearsal" | "promises">;

/** What an environment asks of a release before it is in force, how its data is kept, and what it promises. Pure. */
export function describeVerdicts({ strategy, backups, rehearsal, promises }: Asked): Described {
  return {
    ...describeStrategy(strategy),
    ...describeBackups(backups),
    ...describeRehearsal(rehearsal),
    ...describePromises(promises),
  };
}

function describeStrategy(strategy: Strategy): Described {
  if (strategy.kind === "canary") {
    const shares = strategy.steps.map((step) => `${step} %`).join(", ");
    return { strategy: `canary at ${shares}`, ...describeWatch(strategy.watch) };
  }
  return { strategy: "switch at once", ...(strategy.watch && describeWatch(strategy.watch)) };
}

function describeWatch(watch: Watch): Described {
  const margins = `errors × ${watch.errorMargin}, slow requests × ${watch.slowMargin}`;
  return {
    "strategy bake": spanText(watch.bakeMs),
    "strategy inconclusive":
      watch.inconclusive === "extend" ? `extend by ${spanText(watch.extendMs)}` : watch.inconclusive,
    "strategy alpha, beta": `${watch.alpha}, ${watch.beta}`,
    "strategy most errors": `${watch.maxErrorRate * 100} %`,
    "strategy margins": margins,
    "strategy slow": watch.slowMs === undefined ? undefined : `from ${spanText(watch.slowMs)}`,
    "strategy fewest requests": String(watch.minRequests),
  };
}

function describeBackups(backups: Backups | undefined): Described {
  if (backups === undefined) return {};
  const { store, keepMs, when, weekly } = backups;
  return {
    backups: `${describeTimes(when)}, kept ${spanText(keepMs)}`,
    "backups store": store?.path ?? "the environment's own folder",
    "backups weekly": weekly && `kept ${spanText(weekly.keepMs)}`,
    "backups weekly store": weekly?.store.path,
  };
}

function describeRehearsal(rehearsal: Rehearsal | undefined): Described {
  if (rehearsal === undefined) return {};
  const { notProven, migrateWithinMs, variables } = rehearsal;
  const names = Object.keys(variables);
  return {
    rehearsal: `not proven: ${notProven}`,
    "rehearsal migrations": `within ${spanText(migrateWithinMs)}`,
    // By name alone: a value may be a secret.
    "rehearsal variables": names.length === 0 ? undefined : names.toSorted().join(", "),
  };
}

function describePromises({ recovery, availability, latency }: Promises): Described {
  return {
    "promise recovery":
      recovery &&
      [
        `RTO ${spanText(recovery.rtoMs)}`,
        `RPO ${spanText(recovery.rpoMs)}`,
        `drill within ${spanText(recovery.drillWithinMs)}`,
        ...(recovery.notPromised.length === 0 ? [] : [`without ${recovery.notPromised.join(", ")}`]),
      ].join(", "),
    "promise availability": availability && `${availability.percent} % over ${spanText(availability.overMs)}`,
    "promise latency": latency && `p95 within ${spanText(latency.p95Ms)} over ${spanText(latency.overMs)}`,
  };
}
