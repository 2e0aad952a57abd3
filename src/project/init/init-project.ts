import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { configsIn } from "../config-file/find-config.ts";
import { configText } from "./config-text.ts";
import { type Files, filesIn } from "./files.ts";
import { findApplication } from "./find-application.ts";
import type { Findings } from "./findings.ts";
import { readPackage } from "./package-json.ts";

/** What `cozy init` did. */
export interface InitReport {
  /** The project file that was written. */
  readonly path: string;
  readonly text: string;
  /** What was found and where: `web: node src/server.ts (Procfile)`. */
  readonly found: readonly string[];
  /** What was looked for in vain, a sentence each. */
  readonly missing: readonly string[];
}

/** Writes the project file of the application in a folder; never over one that is there. */
export async function initProject(options: {
  readonly folder: string;
  readonly nodeVersion: string;
}): Promise<InitReport> {
  const [existing] = configsIn(options.folder);
  if (existing !== undefined) throw exists(join(options.folder, existing));
  const draft = draftProject(filesIn(options.folder), {
    folderName: basename(options.folder),
    nodeVersion: options.nodeVersion,
  });
  const path = join(options.folder, "cozy.config.ts");
  try {
    await writeFile(path, draft.text, { flag: "wx" });
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw exists(path);
    throw error;
  }
  return { path, ...draft };
}

/** The same without writing it. */
function draftProject(
  files: Files,
  facts: { readonly folderName: string; readonly nodeVersion: string },
): Omit<InitReport, "path"> {
  refuseDjango(files);
  const pkg = readPackage(files);
  if (!pkg) {
    throw new CozyError("application-not-recognised", {
      message:
        "There is no package.json that can be read here, so this is no Node application that cozy knows.",
      state: "Nothing was written.",
      next: "Go to the folder of the application and run `cozy init` there.",
    });
  }
  const findings = findApplication(files, pkg, facts);
  return { text: configText(findings), found: foundLines(findings), missing: findings.missing };
}

function refuseDjango(files: Files): void {
  const sign = ["manage.py", "requirements.txt", "pyproject.toml", "Pipfile"].find((name) => {
    const text = files.read(name) ?? "";
    return name === "manage.py" ? /django/i.test(text) : /^\s*["']?django\b/im.test(text);
  });
  if (sign === undefined) return;
  throw new CozyError("application-not-yet", {
    message: `This is a Django project (${sign}), and \`django()\` comes in a later version of cozy.`,
    state: "Nothing was written.",
    next: "Deploy a Node application with this version: run `cozy init` in its folder.",
  });
}

function exists(path: string): CozyError {
  return new CozyError("config-exists", {
    message: `There is a project file already: ${path}.`,
    state: "It is as it was.",
    next: "Run `cozy check` to see whether it is right; move it away to have a new one written.",
  });
}

function foundLines(found: Findings): string[] {
  const commandOf = (value: string | readonly string[]): string =>
    typeof value === "string" ? value : value.join(" ");
  return [
    `name: ${found.name.value} (${found.name.where})`,
    ...(found.runtimeFrom === undefined ? [] : [`Node: ${found.runtimeFrom}`]),
    ...(found.build ? [`build: ${commandOf(found.build.value)} (${found.build.where})`] : []),
    ...found.processes
      .filter(({ where }) => where !== "a guess")
      .map(({ type, value, where }) => `${type}: ${commandOf(value)} (${where})`),
    ...(found.migrate ? [`migrate: ${commandOf(found.migrate.value)} (${found.migrate.where})`] : []),
    ...(found.static ? [`static: ${found.static.value.folder} (${found.static.where})`] : []),
    ...(found.readyPath ? [`ready: ${found.readyPath.value} (${found.readyPath.where})`] : []),
    ...found.persist.map(({ value, where }) => `persist: ${value} (${where})`),
    ...(found.sqlite ? [`database: SQLite (${found.sqlite.where})`] : []),
    ...(found.media ? [`media: on disk (${found.media.where})`] : []),
    ...(found.variables.length > 0
      ? [`variables: ${found.variables.map((one) => one.name).join(", ")}`]
      : []),
  ];
}
