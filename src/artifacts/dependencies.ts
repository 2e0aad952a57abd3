import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import type { TreeKind } from "../stacks/node.ts";
import { digestOf, sha256 } from "./canonical-json.ts";
import { isFields } from "./kept-file.ts";
import { localArchives } from "./lock-file-rules.ts";
import { platformName, type Platform } from "./platform.ts";

/** What an application says of its dependencies: everything that decides how its trees come out. */
export interface Dependencies {
  /** `package.json` without what has nothing to do with dependencies, scripts above all. */
  readonly packageFile: Readonly<Record<string, unknown>>;
  readonly lockName: string;
  readonly lock: Buffer;
  readonly npmrc: Buffer | undefined;
  /** Packed packages within the application that the lock file names, relative to it. */
  readonly archives: readonly string[];
  /** Whether the run tree would differ from the build tree. */
  readonly hasDevelopment: boolean;
}

const lockNames = ["npm-shrinkwrap.json", "package-lock.json"];
const otherLockFiles: Readonly<Record<string, string>> = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "Yarn",
  "bun.lock": "Bun",
  "bun.lockb": "Bun",
};
const relevant = [
  "name",
  "version",
  "dependencies",
  "devDependencies",
  "optionalDependencies",
  "peerDependencies",
  "peerDependenciesMeta",
  "bundleDependencies",
  "bundledDependencies",
  "overrides",
  "allowScripts",
  "engines",
  "os",
  "cpu",
  "libc",
];
const running = ["dependencies", "optionalDependencies", "peerDependencies"];

/**
 * Reads an application's folder; `undefined` when it needs no packages at all. What is not carried out is refused by name.
 */
export async function readDependencies(folder: string): Promise<Dependencies | undefined> {
  const text = await readIfThere(join(folder, "package.json"));
  if (text === undefined) return undefined;
  const packageFile = parse(join(folder, "package.json"), text);
  refuseWorkspaces(folder, packageFile);
  if (![...running, "devDependencies"].some((field) => isNeeded(packageFile, field))) return undefined;
  refuseInstallScripts(folder, packageFile);
  const { lockName, lock } = await readLock(folder);
  return {
    packageFile: Object.fromEntries(relevant.map((field) => [field, packageFile[field]])),
    lockName,
    lock,
    npmrc: await readIfThere(join(folder, ".npmrc")),
    archives: localArchives(parse(join(folder, lockName), lock)),
    hasDevelopment: isNeeded(packageFile, "devDependencies"),
  };
}

/** The name of the tree that these dependencies come to. Pure. */
export function treeHash(
  dependencies: Dependencies,
  kind: TreeKind,
  runtime: string,
  platform: Platform,
): string {
  const { packageFile, lock, npmrc } = dependencies;
  return digestOf({
    recipe: 1,
    packageFile,
    lock: sha256(lock),
    npmrc: npmrc === undefined ? undefined : sha256(npmrc),
    runtime,
    platform: platformName(platform),
    kind,
  }).slice(0, 32);
}

/** Whether a tree of this kind would hold anything. */
export function holdsPackages({ packageFile }: Dependencies, kind: TreeKind): boolean {
  return kind === "build" || running.some((field) => isNeeded(packageFile, field));
}

function isNeeded(packageFile: Readonly<Record<string, unknown>>, field: string): boolean {
  const value = packageFile[field];
  return isFields(value) && Object.keys(value).length > 0;
}

async function readLock(folder: string): Promise<{ lockName: string; lock: Buffer }> {
  for (const lockName of lockNames) {
    const lock = await readIfThere(join(folder, lockName));
    if (lock !== undefined) return { lockName, lock };
  }
  for (const [name, manager] of Object.entries(otherLockFiles)) {
    if ((await readIfThere(join(folder, name))) === undefined) continue;
    throw new CozyError("lock-file-not-carried-out", {
      message: `${join(folder, name)}: dependencies locked by ${manager} are not carried out yet; npm's are.`,
      state: "Nothing was built.",
      next: `npm install --package-lock-only && git rm ${name} && git add package-lock.json && git commit`,
    });
  }
  throw new CozyError("lock-file-missing", {
    message: `${folder} has dependencies in package.json and no package-lock.json in the commit; without one, two builds could differ.`,
    state: "Nothing was built.",
    next: "npm install --package-lock-only && git add package-lock.json && git commit",
  });
}

function refuseWorkspaces(folder: string, packageFile: Readonly<Record<string, unknown>>): void {
  if (packageFile["workspaces"] === undefined) return;
  throw new CozyError("workspaces-not-carried-out", {
    message: `${join(folder, "package.json")} has \`workspaces\`; npm workspaces are not carried out yet.`,
    state: "Nothing was built.",
    next: "Give the application a package.json and a lock file of its own, and set app.folder to its folder.",
  });
}

/** They would run where the tree is made, without the application's files; and what they change would be shared. */
function refuseInstallScripts(folder: string, packageFile: Readonly<Record<string, unknown>>): void {
  const scripts = isFields(packageFile["scripts"]) ? packageFile["scripts"] : {};
  const found = ["preinstall", "install", "postinstall"].find((name) => scripts[name] !== undefined);
  if (found === undefined) return;
  throw new CozyError("install-script-not-carried-out", {
    message: `${join(folder, "package.json")} has the script \`${found}\` (${String(scripts[found])}); the application's own install scripts are not carried out yet, because dependency trees are shared between releases.`,
    state: "Nothing was built.",
    next: `Move what \`${found}\` does into build.command of cozy.config.ts.`,
  });
}

function parse(file: string, text: Buffer): Record<string, unknown> {
  let value: unknown;
  let why = "it does not hold an object";
  try {
    value = JSON.parse(text.toString("utf8"));
  } catch (error) {
    why = messageOf(error);
  }
  if (isFields(value)) return value;
  throw new CozyError("package-file-unreadable", {
    message: `${file} can't be read: ${why}.`,
    state: "Nothing was built.",
    next: `Correct ${file} and commit it.`,
  });
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
}
