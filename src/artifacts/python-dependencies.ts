import { readFile } from "node:fs/promises";
import { basename, join, posix } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { digestOf, sha256 } from "./canonical-json.ts";
import { platformName } from "./platform.ts";
import type { KeptRuntime } from "./kept-runtime.ts";
import { requirementLines, type Requirement } from "./requirement-lines.ts";
import { refuseOthers, refuseUnpinned } from "./requirement-rules.ts";
import { lockedSources } from "./uv-lock.ts";

/** What an application says of its packages: everything that decides how its tree comes out. */
export interface PythonDependencies {
  readonly kind: "requirements" | "uv-lock";
  /** The file that locks them, relative to the application. */
  readonly file: string;
  /** With the files that it includes, or for `uv.lock` the `pyproject.toml` beside it. */
  readonly files: Readonly<Record<string, Buffer>>;
  /** Whether every package has hashes that it is held against. */
  readonly hashed: boolean;
}

const known = ["uv.lock", "requirements.lock", "requirements.txt"];

/** Locked by others, with the command that writes what can be installed. */
const exports: Readonly<Record<string, string>> = {
  "poetry.lock": "poetry export --format requirements.txt --output requirements.txt",
  "Pipfile.lock": "pipenv requirements --hash > requirements.txt",
  "pdm.lock": "pdm export --prod --format requirements --output requirements.txt",
};

/** Reads an application's folder; what is not locked, or not carried out, is refused by name. */
export async function readPythonDependencies(
  folder: string,
  named: string | undefined,
): Promise<PythonDependencies> {
  const file = named === undefined ? await findFile(folder) : posix.normalize(named);
  if (basename(file) === "uv.lock") return readUvLock(folder, file);
  const files: Record<string, Buffer> = {};
  const requirements = await readAll(
    folder,
    file,
    named === undefined ? undefined : "app.requirements",
    files,
  );
  refuseOthers(requirements);
  const someHashed = requirements.some(({ hashed }) => hashed);
  const source = file.replace(/\.(txt|lock)$/, ".in");
  const sourceIsThere = (await readIfThere(join(folder, source))) !== undefined;
  refuseUnpinned({ file, source, sourceIsThere, someHashed }, requirements);
  return { kind: "requirements", file, files, hashed: requirements.every(({ hashed }) => hashed) };
}

/** The name of the tree that these packages come to. Pure. */
export function pythonTreeHash({ kind, file, files }: PythonDependencies, runtime: KeptRuntime): string {
  return digestOf({
    recipe: 1,
    kind,
    file,
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [name, sha256(text)])),
    runtime: runtime.id,
    platform: platformName(runtime.platform),
  }).slice(0, 32);
}

async function findFile(folder: string): Promise<string> {
  for (const name of known) if ((await readIfThere(join(folder, name))) !== undefined) return name;
  for (const [name, command] of Object.entries(exports)) {
    if ((await readIfThere(join(folder, name))) === undefined) continue;
    throw new CozyError("lock-file-not-carried-out", {
      message: `${join(folder, name)}: packages locked so are not carried out; a requirements file is, and so is uv.lock.`,
      state: "Nothing was built.",
      next: `${command} && git add requirements.txt && git commit`,
    });
  }
  const isProject = (await readIfThere(join(folder, "pyproject.toml"))) !== undefined;
  throw new CozyError("requirements-missing", {
    message: `The commit has none of ${known.join(", ")}; a release runs with the packages that such a file locks, Django itself among them.`,
    state: "Nothing was built.",
    next: isProject
      ? "uv lock && git add uv.lock && git commit"
      : "Write the packages to requirements.in, then: uv pip compile --universal --generate-hashes requirements.in --output-file requirements.txt && git add requirements.in requirements.txt && git commit",
  });
}

async function readUvLock(folder: string, file: string): Promise<PythonDependencies> {
  const project = posix.join(posix.dirname(file), "pyproject.toml");
  const files: Record<string, Buffer> = {};
  for (const name of [file, project]) files[name] = await required(folder, name, undefined);
  for (const { name, source } of lockedSources(files[file]?.toString("utf8") ?? "")) {
    throw new CozyError("requirement-refused", {
      message: `${file}: the package ${name} is the folder ${source}; a release holds packages from an index and the application's own files.`,
      state: "Nothing was built.",
      next: `Publish ${name}, or move its code into the application, then: uv lock && git commit -a`,
    });
  }
  return { kind: "uv-lock", file, files, hashed: true };
}

/** With what it includes; constraints only decide, they require nothing. */
async function readAll(
  folder: string,
  file: string,
  namedBy: string | undefined,
  files: Record<string, Buffer>,
): Promise<Requirement[]> {
  if (files[file] !== undefined) return [];
  const text = await required(folder, file, namedBy);
  files[file] = text;
  const { requirements, includes } = requirementLines(file, text.toString("utf8"));
  const all = [...requirements];
  for (const { path, constraint, line } of includes) {
    const included = await readAll(folder, path, `${file}:${line}`, files);
    if (!constraint) all.push(...included);
  }
  return all;
}

async function required(folder: string, file: string, namedBy: string | undefined): Promise<Buffer> {
  const outside = file.startsWith("../") || posix.isAbsolute(file) || file.includes("://");
  const text = outside ? undefined : await readIfThere(join(folder, file));
  if (text !== undefined) return text;
  const where = namedBy === undefined ? "" : `, which ${namedBy} names,`;
  throw new CozyError("requirements-unreadable", {
    message: outside
      ? `${file}${where} is outside the application's folder; a release holds that folder only.`
      : `${file}${where} is not in the commit.`,
    state: "Nothing was built.",
    next: outside
      ? `Copy it into the application's folder, and name it there.`
      : `git add ${file} && git commit`,
  });
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  });
}
