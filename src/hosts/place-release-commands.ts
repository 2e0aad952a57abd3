import type { DjangoFacts } from "../artifacts/manifest.ts";
import { filledIn, placeholdersIn } from "../stacks/django.ts";
import { applicationMissing } from "../stacks/django-refusals.ts";
import { readPackageScripts } from "../stacks/package-scripts.ts";
import { commandIn } from "../stacks/release-commands.ts";
import type { ReleaseRecord } from "./host.ts";

/**
 * The record with `{wsgi}`, `{asgi}` and `{settings}` replaced in all its commands by what this artifact's Django answered, so that a
 * rollback needs nothing of a newer release. Pure.
 */
export function resolvePlaceholders(record: ReleaseRecord, facts: DjangoFacts | undefined): ReleaseRecord {
  if (facts === undefined) return record;
  const fill = (words: readonly string[]): readonly string[] => filledIn(words, facts);
  const resolved: ReleaseRecord = {
    ...record,
    processes: mapped(record.processes, (process) => ({ ...process, command: fill(process.command) })),
    schedules: mapped(record.schedules, (schedule) => ({ ...schedule, run: fill(schedule.run) })),
    hooks: mapped(record.hooks, (command) => command && fill(command)),
    smoke: record.smoke.map((check) =>
      check.kind === "command" ? { ...check, command: fill(check.command) } : check,
    ),
    console: fill(record.console),
    migrateBack: record.migrateBack && fill(record.migrateBack),
  };
  const [left] = placeholdersIn(commandsOf(resolved));
  if (left !== undefined) throw applicationMissing(left, facts.settings, undefined);
  return resolved;
}

/** The record with npm's scripts as what they run, for what is started without anybody who could read them; `app` is the release's code. */
export async function withoutNpmIn(record: ReleaseRecord, app: string): Promise<ReleaseRecord> {
  if (record.stack !== "node") return record;
  const pkg = await readPackageScripts(app);
  return {
    ...record,
    processes: mapped(record.processes, (process) => ({
      ...process,
      command: commandIn(process.command, pkg),
    })),
    schedules: mapped(record.schedules, (schedule) => ({ ...schedule, run: commandIn(schedule.run, pkg) })),
  };
}

function commandsOf({
  processes,
  schedules,
  hooks,
  smoke,
  console,
  migrateBack,
}: ReleaseRecord): (readonly string[])[] {
  return [
    ...Object.values(processes).map(({ command }) => command),
    ...Object.values(schedules).map(({ run }) => run),
    ...Object.values(hooks),
    ...smoke.flatMap((check) => (check.kind === "command" ? [check.command] : [])),
    console,
    migrateBack ?? [],
  ];
}

function mapped<Value>(
  values: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}
