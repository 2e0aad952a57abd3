import { firstInForce } from "../engine/release-changes.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { readRelease } from "../hosts/release-folder.ts";
import { currentRelease } from "../hosts/machine/current-release.ts";
import type { DrillPromises } from "../recovery/drill-findings.ts";
import { drillLines } from "../recovery/drill-text.ts";
import type { DrillVerdict } from "../recovery/drill-verdict.ts";
import { exitCodeOf } from "../rehearsal/verdict.ts";
import { backupsOf } from "./backups-of.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { resolveRehearsalVariables } from "./resolve-values.ts";
import { refuseWithoutDatabase } from "./restore.ts";
import { scratchPartsOf } from "./scratch-parts.ts";

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
  where: "this-machine",
  examples: ["cozy drill production", "cozy drill production --backup 20261124T031500Z-daily --json"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    refuseWithoutDatabase(opened);
    const verdict = await drilled(context, opened, options.backup);
    printResult(context, verdict, () => drillLines(verdict).join("\n"));
    return exitCodeOf(verdict);
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
        const variables = await resolveRehearsalVariables(context, opened);
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

async function promisesOf({
  environment: { promises, backups },
  journals,
}: OpenEnvironment): Promise<Omit<DrillPromises, "heartbeat">> {
  return {
    rtoMs: promises.recovery?.rtoMs,
    rpoMs: promises.recovery?.rpoMs,
    keepMs: backups?.keepMs,
    since: await firstInForce(journals),
  };
}

function nothingInForce(environment: string): CozyError {
  return new CozyError("unknown-release", {
    message: `${environment} has no release yet, so nothing could be started on restored data.`,
    state: "Nothing was changed.",
    next: `cozy deploy ${environment}`,
  });
}
