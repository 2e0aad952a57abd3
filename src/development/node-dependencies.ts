import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

/** Whether what the application needs is installed, and as the lock file says. */
export type DependenciesFact =
  | { readonly state: "fine" }
  /** `what` completes "the dependencies are not installed: …". */
  | { readonly state: "missing" | "stale"; readonly what: string }
  /** They can't be installed as they stand. */
  | { readonly state: "not-locked"; readonly what: string; readonly next: string };

const otherLocks: Readonly<Record<string, string>> = {
  "pnpm-lock.yaml": "pnpm install --frozen-lockfile",
  "yarn.lock": "yarn install --immutable",
  "bun.lock": "bun install --frozen-lockfile",
  "bun.lockb": "bun install --frozen-lockfile",
};

type Packages = Readonly<Record<string, PackageEntry>>;

interface PackageEntry {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly link?: boolean;
}

/** `node_modules` against the lock file. */
export async function lookAtModules(folder: string): Promise<DependenciesFact> {
  const needed = neededBy(await textOf(join(folder, "package.json")));
  if (!needed) return { state: "fine" };
  const lockName = await firstThere(folder, ["npm-shrinkwrap.json", "package-lock.json"]);
  const isInstalled = (await timeOf(join(folder, "node_modules"))) !== undefined;
  if (lockName === undefined) return otherwiseLocked(folder, isInstalled);
  if (!isInstalled) return { state: "missing", what: "there is no node_modules" };
  const [lock, installed] = [join(folder, lockName), join(folder, "node_modules", ".package-lock.json")];
  const [lockAt = 0, installedAt] = await Promise.all([timeOf(lock), timeOf(installed)]);
  if (installedAt !== undefined && installedAt >= lockAt) return { state: "fine" };
  // A file's time also changes when git checks it out: what counts is what stands in it.
  const different = firstDifference(packagesIn(await textOf(lock)), packagesIn(await textOf(installed)));
  if (different === undefined) return { state: "fine" };
  return { state: "stale", what: `${different} in node_modules is not as ${lockName} says` };
}

/** The first package that is locked and not installed just so. One that only another platform needs may be absent. */
export function firstDifference(locked: Packages, installed: Packages): string | undefined {
  const found = Object.entries(locked).find(([path, entry]) => {
    if (path === "" || entry.link === true) return false;
    const there = installed[path];
    if (there === undefined) return entry.optional !== true;
    return there.version !== entry.version || there.integrity !== entry.integrity;
  });
  return found?.[0].replace(/^.*node_modules\//, "");
}

async function otherwiseLocked(folder: string, isInstalled: boolean): Promise<DependenciesFact> {
  if (isInstalled) return { state: "fine" };
  const name = await firstThere(folder, Object.keys(otherLocks));
  if (name !== undefined) {
    const next = otherLocks[name] ?? "";
    return {
      state: "not-locked",
      what: `they are locked by ${name}, which cozy does not install from yet`,
      next,
    };
  }
  return { state: "not-locked", what: "there is no package-lock.json", next: "npm install" };
}

function neededBy(text: string): boolean {
  const file: unknown = parsed(text);
  return ["dependencies", "devDependencies", "optionalDependencies"].some((field) => {
    const value = isObject(file) ? file[field] : undefined;
    return isObject(value) && Object.keys(value).length > 0;
  });
}

function packagesIn(text: string): Packages {
  const file: unknown = parsed(text);
  const packages = isObject(file) ? file["packages"] : undefined;
  if (!isObject(packages)) return {};
  return Object.fromEntries(
    Object.entries(packages).map(([path, entry]) => [path, isObject(entry) ? entryOf(entry) : {}]),
  );
}

function entryOf(entry: Readonly<Record<string, unknown>>): PackageEntry {
  const text = (name: string) => (typeof entry[name] === "string" ? { [name]: entry[name] } : {});
  const flag = (name: string) => (entry[name] === true ? { [name]: true } : {});
  return { ...text("version"), ...text("integrity"), ...flag("optional"), ...flag("link") };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // npm itself says what is wrong with it
  }
}

async function firstThere(folder: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if ((await timeOf(join(folder, name))) !== undefined) return name;
  return undefined;
}

async function timeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
