import { createHash } from "node:crypto";
import { posix } from "node:path";

/** What a Python application's packages are installed from. Files are relative to the application's folder. */
export type Requirements =
  | { readonly kind: "uv-lock"; readonly files: readonly string[]; readonly hash: string }
  /** `install` are handed to the installer; `files` are those and what they include. */
  | {
      readonly kind: "requirements";
      readonly install: readonly string[];
      readonly files: readonly string[];
      readonly hash: string;
    }
  | { readonly kind: "not-locked"; readonly what: string; readonly next: string };

/** The text of a file of the application; `undefined` where it is not there. */
export type ReadText = (file: string) => Promise<string | undefined>;

const development = ["requirements-dev.txt", "requirements/dev.txt", "requirements/local.txt"];
const general = ["uv.lock", "requirements.lock", "requirements.txt"];
const otherLocks: Readonly<Record<string, string>> = {
  "poetry.lock": "poetry export --with dev --output requirements-dev.txt",
  "Pipfile.lock": "pipenv requirements --dev > requirements-dev.txt",
  "pdm.lock": "pdm export --output requirements-dev.txt",
};

/** The development requirements where there are any, else those of the releases. */
export async function findRequirements(read: ReadText, declared: string | undefined): Promise<Requirements> {
  const forDevelopment = await firstThere(read, development);
  const forReleases = await firstThere(read, declared === undefined ? general : [declared]);
  if (forDevelopment === undefined && forReleases === undefined) return notLocked(read);
  if (forDevelopment === undefined && forReleases === "uv.lock") {
    const files = ["uv.lock", "pyproject.toml"];
    return { kind: "uv-lock", files, hash: await hashOf(read, files) };
  }
  const install = await toInstall(read, forDevelopment, forReleases);
  const files = [...new Set((await Promise.all(install.map((file) => withIncludes(read, file)))).flat())];
  return { kind: "requirements", install, files, hash: await hashOf(read, files) };
}

/** A development file that neither includes another nor names Django only adds to the releases' own. */
async function toInstall(
  read: ReadText,
  forDevelopment: string | undefined,
  forReleases: string | undefined,
): Promise<string[]> {
  if (forDevelopment === undefined) return forReleases === undefined ? [] : [forReleases];
  const text = (await read(forDevelopment)) ?? "";
  const isWhole = includesIn(text).length > 0 || /^\s*django\s*(?:\[|[=<>~!;@\s]|$)/im.test(text);
  const canAdd = forReleases !== undefined && forReleases !== "uv.lock";
  return isWhole || !canAdd ? [forDevelopment] : [forReleases, forDevelopment];
}

async function withIncludes(read: ReadText, file: string, seen: readonly string[] = []): Promise<string[]> {
  if (seen.includes(file)) return [];
  const text = (await read(file)) ?? "";
  const included = includesIn(text).map((name) => posix.join(posix.dirname(file), name));
  const deeper = await Promise.all(included.map((name) => withIncludes(read, name, [...seen, file])));
  return [file, ...deeper.flat()];
}

function includesIn(text: string): string[] {
  return [...text.matchAll(/^\s*(?:-r|--requirement|-c|--constraint)(?:\s+|=)(\S+)/gm)].map(
    ([, name = ""]) => name,
  );
}

async function notLocked(read: ReadText): Promise<Requirements> {
  const other = await firstThere(read, Object.keys(otherLocks));
  if (other !== undefined) {
    const what = `packages are locked by ${other}, which cozy does not install from`;
    return { kind: "not-locked", what, next: otherLocks[other] ?? "" };
  }
  return {
    kind: "not-locked",
    what: "there is neither a requirements.txt nor a uv.lock",
    next: "python -m pip freeze > requirements.txt",
  };
}

async function hashOf(read: ReadText, files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(JSON.stringify([file, (await read(file)) ?? null]));
  return hash.digest("hex");
}

async function firstThere(read: ReadText, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) if ((await read(name)) !== undefined) return name;
  return undefined;
}
