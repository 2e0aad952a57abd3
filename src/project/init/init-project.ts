import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { configsIn } from "../config-file/find-config.ts";
import { configName } from "./config-name.ts";
import { configText } from "./config-text.ts";
import { findDjango, isDjango } from "./django/find-django.ts";
import { type Files, filesIn } from "./files.ts";
import type { Findings } from "./findings.ts";
import { foundLines } from "./found-lines.ts";
import { findNode } from "./node/find-node.ts";
import { readPackage } from "./node/package-file.ts";
import { notRecognised } from "./not-recognised.ts";

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
  const files = filesIn(options.folder);
  const findings = findApplication(files, {
    folderName: basename(options.folder),
    nodeVersion: options.nodeVersion,
  });
  const name = configName(files);
  const text = configText(findings, name);
  const path = join(options.folder, name);
  try {
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw exists(path);
    throw error;
  }
  return { path, text, found: foundLines(findings), missing: findings.missing };
}

/** A `manage.py` decides: many a Django application has a package.json for its style sheets. */
function findApplication(
  files: Files,
  facts: { readonly folderName: string; readonly nodeVersion: string },
): Findings {
  if (isDjango(files)) return findDjango(files, facts);
  const pkg = readPackage(files);
  if (!pkg) throw notRecognised(files);
  return findNode(files, pkg, facts);
}

function exists(path: string): CozyError {
  return new CozyError("config-exists", {
    message: `There is a project file already: ${path}.`,
    state: "It is as it was.",
    next: "Run `cozy check` to see whether it is right; move it away to have a new one written.",
  });
}
