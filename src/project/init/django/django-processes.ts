import type { Files, Source } from "../files.ts";
import type { Findings, FoundProcess } from "../findings.ts";
import { type ProcfileLine, commandText, readProcfile } from "../procfile.ts";
import { findWorkers } from "./find-workers.ts";
import type { Packages } from "./packages.ts";
import { plainGunicorn, serverLine, uwsgiCommand } from "./server-line.ts";

type Processes = Pick<Findings, "processes" | "migrate"> & { readonly missing: readonly string[] };

/** What a release of a Django application runs: the Procfile before what its packages suggest. */
export function findProcesses(files: Files, python: readonly Source[], packages: Packages): Processes {
  const procfile = readProcfile(files.read("Procfile"));
  const written = procfile.find(({ type }) => type === "web");
  const web: FoundProcess & { readonly missing?: string | undefined } = written
    ? { type: "web", where: "Procfile", ...serverLine(written.command, files) }
    : byPackages(files, packages);
  const others = procfile.filter(({ type }) => type !== "web" && type !== "release");
  const workers =
    others.length > 0
      ? { processes: others.map(otherProcess), missing: beatInside(others) }
      : findWorkers(python, packages);
  return {
    processes: [web, ...workers.processes],
    migrate: migrateOf(procfile.find(({ type }) => type === "release")),
    missing: [
      ...(web.missing === undefined ? [] : [web.missing]),
      ...(written ? serverIsThere(web, packages) : []),
      ...workers.missing,
    ],
  };
}

function byPackages(
  files: Files,
  { versions, where }: Packages,
): FoundProcess & { readonly missing?: string | undefined } {
  const from = (name: string): string => `${name} in ${where}`;
  if (versions.has("gunicorn")) return { type: "web", where: from("gunicorn"), ...plainGunicorn(files) };
  if (versions.has("uvicorn"))
    return { type: "web", command: undefined, server: "uvicorn", where: from("uvicorn") };
  if (versions.has("daphne"))
    return { type: "web", command: "daphne -u {socket} {asgi}", where: from("daphne") };
  if (versions.has("hypercorn"))
    return { type: "web", command: "hypercorn --bind unix:{socket} {asgi}", where: from("hypercorn") };
  if (versions.has("waitress"))
    return { type: "web", command: "waitress-serve --unix-socket={socket} {wsgi}", where: from("waitress") };
  const uwsgi = ["uwsgi", "pyuwsgi"].find((name) => versions.has(name));
  if (uwsgi !== undefined) return { type: "web", command: uwsgiCommand, where: from(uwsgi) };
  return {
    type: "web",
    command: undefined,
    where: "a guess",
    missing: `A server for requests: none of gunicorn, uvicorn, daphne, hypercorn, waitress and uwsgi is in ${where === "" ? "the requirements" : where}. Add gunicorn there, with its version.`,
  };
}

/** A Procfile may name a server that the image or the platform had installed. */
function serverIsThere(web: FoundProcess, { versions, where }: Packages): string[] {
  const name = web.command === undefined ? (web.server ?? "gunicorn") : String(web.command).split(" ")[0];
  if (
    name === undefined ||
    !["gunicorn", "uvicorn", "daphne", "hypercorn"].includes(name) ||
    versions.has(name)
  )
    return [];
  return [
    `\`${name}\`, which \`web\` runs: it is not in ${where === "" ? "the requirements" : where}. Add it there, with its version.`,
  ];
}

function otherProcess({ type, command }: ProcfileLine): FoundProcess {
  const singleton = isBeat(command) && type !== "scheduler" ? true : undefined;
  return { type, command: commandText(command), where: "Procfile", singleton };
}

function beatInside(lines: readonly ProcfileLine[]): string[] {
  const line = lines.find(({ command }) => /\bcelery\b.*\bworker\b.*\s(?:-B|--beat)\b/.test(command));
  if (!line) return [];
  const isThere = lines.some(({ command }) => isBeat(command));
  return [
    `A scheduler of its own: \`${line.type}\` runs Celery's beat within a worker, so that two of them would be at work while a release takes over from another. Take \`-B\` out${isThere ? "" : ', and add `scheduler: "celery -A … beat"`'}.`,
  ];
}

function isBeat(command: string): boolean {
  return /\bcelery\b.*\bbeat\b|\brqscheduler\b/.test(command) && !/\bworker\b/.test(command);
}

/** Migrating is Django's own command as a rule; collecting static files is done when the artifact is built. */
function migrateOf(release: ProcfileLine | undefined): Findings["migrate"] {
  if (!release) return undefined;
  const steps = release.command.split(/\s*(?:&&|;)\s*/).filter((step) => !/\bcollectstatic\b/.test(step));
  const isPlain = (step: string): boolean =>
    /^(?:yes "?yes"? \| )?(?:python3? )?(?:\.\/)?manage\.py migrate( --no-?input)?$/.test(step.trim());
  if (steps.every(isPlain)) return undefined;
  return { value: commandText(steps.join(" && ")), where: "Procfile" };
}
