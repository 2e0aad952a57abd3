import type { Findings, FoundProcess, FoundStatic } from "./findings.ts";
import { shownCommand } from "./procfile.ts";

/** What was found, for the report: a line each, with where. */
export function foundLines(found: Findings): string[] {
  return [
    `name: ${found.name.value} (${found.name.where})`,
    ...(found.runtime && found.runtime.where === "Dockerfile"
      ? [`version: ${found.runtime.value} (Dockerfile)`]
      : []),
    ...found.notes.map((note) => note.found),
    ...(found.settings ? [`settings: ${found.settings.value} (${found.settings.where})`] : []),
    ...(found.requirements ? [`packages: ${found.requirements.value} (${found.requirements.where})`] : []),
    ...(found.build ? [`build: ${shownCommand(found.build.value)} (${found.build.where})`] : []),
    ...found.processes.filter(({ where }) => where !== "a guess").map(processLine),
    ...(found.migrate?.value
      ? [`migrate: ${shownCommand(found.migrate.value)} (${found.migrate.where})`]
      : []),
    ...(found.static ? [`static: ${staticText(found.static.value)} (${found.static.where})`] : []),
    ...(found.ready?.path === undefined ? [] : [`ready: ${found.ready.path} (${found.ready.where})`]),
    ...(found.afterBuild
      ? [`afterBuild: ${shownCommand(found.afterBuild.value)} (${found.afterBuild.where})`]
      : []),
    ...found.persist.map(({ value, where }) => `persist: ${value} (${where})`),
    ...(found.sqlite ? [`database: SQLite (${found.sqlite.where})`] : []),
    ...(found.media ? [`media: on disk (${found.media.where})`] : []),
    ...(found.variables.length > 0
      ? [`variables: ${found.variables.map((one) => one.name).join(", ")}`]
      : []),
  ];
}

function processLine({ type, command, where, listen, server }: FoundProcess): string {
  const what = command === undefined ? (server ?? "gunicorn") : shownCommand(command);
  return `${type}: ${what}${listen ? ", on a TCP port" : ""} (${where})`;
}

function staticText({ folder, url }: FoundStatic): string {
  return folder ?? url ?? "";
}
