import { splitCommand } from "./command-words.ts";
import type { Draft } from "./draft.ts";
import { type Fault, type Path, fault } from "./faults.ts";
import { placeholderFaults } from "./rules-processes-placeholders.ts";
import { isObject } from "./schema/walk.ts";

/** A process type as far as the schema let it pass; `command` is what starts it, in words. */
export interface DraftProcess {
  readonly type: string;
  readonly path: Path;
  readonly options: Readonly<Record<string, unknown>>;
  readonly command: readonly string[] | undefined;
}

/** What a process type may say depends on whether it takes traffic, on its stack, and on how many there are of it. */
export function processFaults(draft: Draft): Fault[] {
  const isDjango = draft.app?.kind === "django";
  return draftProcesses(draft).flatMap((one) => [
    ...(isDjango ? [...commandIsThere(one), ...serverIsOfWeb(one)] : []),
    ...listensOnlyAsWeb(one),
    ...readyIsOfOthers(one),
    ...singletonIsOne(one, draft),
    ...placeholderFaults(one, isDjango),
  ]);
}

export function draftProcesses(draft: Draft): DraftProcess[] {
  return Object.entries<unknown>(draft.app?.processes ?? {}).map(([type, written]) => {
    const options = isObject(written) ? written : {};
    const command = isObject(written) ? written["command"] : written;
    return { type, path: ["app", "processes", type], options, command: wordsOf(command) };
  });
}

function wordsOf(command: unknown): readonly string[] | undefined {
  if (typeof command === "string") {
    const split = splitCommand(command);
    return split.ok ? split.words : [command];
  }
  return Array.isArray(command) ? command.filter((word) => typeof word === "string") : undefined;
}

function commandIsThere({ type, path, command }: DraftProcess): Fault[] {
  if (type === "web" || command !== undefined) return [];
  const message = "is missing: only `web` has a command that cozy knows; write what starts this one";
  return [fault([...path, "command"], message)];
}

function serverIsOfWeb({ type, path, options, command }: DraftProcess): Fault[] {
  const why =
    type === "web"
      ? command && "counts only where there is no `command`; remove one of the two"
      : "is for `web` only, because nothing else answers requests; remove it";
  if (why === undefined) return [];
  return ["server", "workers"]
    .filter((field) => options[field] !== undefined)
    .map((field) => fault([...path, field], why, "key"));
}

function listensOnlyAsWeb({ type, path, options }: DraftProcess): Fault[] {
  if (type === "web" || options["listen"] === undefined) return [];
  return [
    fault([...path, "listen"], "is for `web` only, because nothing else takes traffic; remove it", "key"),
  ];
}

function readyIsOfOthers({ type, path, options }: DraftProcess): Fault[] {
  if (type !== "web" || options["ready"] === undefined) return [];
  const message = "is for types that answer no requests; `web` is asked: set `app.ready`";
  return [fault([...path, "ready"], message, "key")];
}

function singletonIsOne({ type, path, options }: DraftProcess, draft: Draft): Fault[] {
  const singleton = options["singleton"] ?? type === "scheduler";
  if (singleton !== true) return [];
  if (type === "web") {
    const message =
      "can't be `true`: the old one would have to end before the new one takes traffic, and requests would be lost";
    return [fault([...path, "singleton"], message)];
  }
  const places: [Path, unknown][] = [
    [path, options["count"]],
    ...Object.entries(draft.environments ?? {}).map(([name, environment]): [Path, unknown] => [
      ["environments", name, "processes", type],
      environment?.processes?.[type]?.count,
    ]),
  ];
  const why =
    options["singleton"] === undefined
      ? "is one by its name; `singleton: false` allows more"
      : "is a singleton";
  return places.flatMap(([at, count]) =>
    typeof count === "number" && count > 1
      ? [fault([...at, "count"], `is ${String(count)}, but must be at most 1: \`${type}\` ${why}`)]
      : [],
  );
}
