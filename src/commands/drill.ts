import { history } from "../engine/journal-store.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { readRelease } from "../hosts/release-folder.ts";
import { currentRelease } from "../hosts/this-machine/current-release.ts";
import type { DrillPromises } from "../recovery/drill-findings.ts";
import { drillLines } from "../recovery/drill-text.ts";
import type { DrillVerdict } from "../recovery/drill-verdict.ts";
import type { Outcome } from "../rehearsal/verdict.ts";
import { backupsOf } from "./backups-of.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { rehearsalVariables } from "./rehearse-world.ts";
import { refuseWithoutDatabase } from "./restore.ts";
import { scratchPartsOf } from "./restore-world.ts";

const exitCodes = { pass: 0, fail: 1, "not proven": 3 } as const satisfies Record<Outcome, number>;

export const command = defineCommand({
  name: "drill",
  description:
    "Proves that the data can be brought back, without touching what is in use: restores the newest backup aside, checks it, starts the release in force on it, and holds the time that it took and the age of the data against what the project file promises. Exit code 0: all was shown; 1: something failed; 3: something could not be shown.",
  arguments: [environmentArgument],
  options: {
    backup: {
      kind: "text",
      placeholder: "id",
      help: "this backup, and not the newest that can be restored",
    },
  },
  examples: ["cozy drill production", "cozy drill production --backup 20261124T031500Z-daily --json"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    refuseWithoutDatabase(opened);
    const verdict = await drilled(context, opened, options.backup);
    printResult(context, verdict, () => drillLines(verdict).join("\n"));
    return exitCodes[verdict.outcome];
  },
});

/** Needs no lease: nothing of the environment is changed, and a drill at night must not keep a deploy waiting. */
async function drilled(
  context: CommandContext,
  opened: OpenEnvironment,
  id: string | undefined,
): Promise<DrillVerdict> {
  const { environment, paths } = opened;
  const { signal, now } = context;
  const current = await currentRelease(paths);
  if (current === undefined) throw nothingInForce(environment.name);
  const [{ drill }, { keepDrill }, { openRecorded }, release, backups, promises] = await Promise.all([
    import("../recovery/drill.ts"),
    import("../recovery/keep-drill.ts"),
    import("../rehearsal/open-recorded.ts"),
    readRelease(paths, current),
    backupsOf(context, opened),
    promisesOf(opened),
  ]);
  const verdict = await drill(
    {
      environment: environment.name,
      release,
      backups,
      only: id,
      promises: { ...promises, heartbeat: release.backups !== undefined },
      open: async (within) => {
        const variables = await rehearsalVariables(context, opened);
        const parts = { ...scratchPartsOf(context, opened), name: "drill", variables };
        return openRecorded(parts, [release.id], within);
      },
      now,
      progress: (text) => {
        if (!context.json) context.stderr.write(`${text}\n`);
      },
    },
    signal,
  );
  await keepDrill(paths.evidence, verdict, promises);
  return verdict;
}

/** Journals that are looked through for the environment's first. */
const lookedThrough = 1_000;

async function promisesOf({
  environment: { promises, backups },
  journals,
}: OpenEnvironment): Promise<Omit<DrillPromises, "heartbeat">> {
  const past = await history(journals, lookedThrough);
  const times = past.flatMap((journal) => ("error" in journal ? [] : [journal.header.startedAt]));
  return {
    rtoMs: promises.recovery?.rtoMs,
    rpoMs: promises.recovery?.rpoMs,
    keepMs: backups?.keepMs,
    since: times.length === 0 ? undefined : Math.min(...times),
  };
}

function nothingInForce(environment: string): CozyError {
  return new CozyError("unknown-release", {
    message: `${environment} has no release yet, so nothing could be started on restored data.`,
    state: "Nothing was changed.",
    next: `cozy deploy ${environment}`,
  });
}
