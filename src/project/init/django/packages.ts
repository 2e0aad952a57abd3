import { requirementLines } from "../../../artifacts/requirement-lines.ts";
import { findRuntime, runtimeFileNames } from "../../runtime.ts";
import type { Files } from "../files.ts";
import type { Found, Note } from "../findings.ts";
import { listed } from "../../../shared/words.ts";

/** The packages that an application's own files lock or ask for. */
export interface Packages {
  /** By name in lower case, with the version where it is pinned. */
  readonly versions: ReadonlyMap<string, string | undefined>;
  /** The file that says so, for messages. */
  readonly where: string;
  /** To be written in the project file, where cozy would not take it by itself. */
  readonly requirements: Found<string> | undefined;
  readonly notes: readonly Note[];
  readonly missing: readonly string[];
}

/** Those that cozy takes by itself, in this order. */
const known = ["uv.lock", "requirements.lock", "requirements.txt"];
const candidates = [
  "requirements/production.txt",
  "requirements/prod.txt",
  "requirements/base.txt",
  "requirements/requirements.txt",
  "requirements-prod.txt",
  "requirements.prod.txt",
];
const lockers = {
  "poetry.lock": "poetry export --format requirements.txt --output requirements.lock",
  "Pipfile.lock": "pipenv requirements --hash > requirements.lock",
  "pdm.lock": "pdm export --prod --format requirements --output requirements.lock",
} as const;

export function findPackages(files: Files): Packages {
  const own = known.find((name) => files.read(name) !== undefined);
  if (own === "uv.lock") return locked(own, lockedVersions(files.read(own) ?? ""));
  const other = own ?? candidates.find((name) => files.read(name) !== undefined);
  if (other !== undefined) return fromRequirements(files, other, own === undefined);
  const lock = Object.entries(lockers).find(([name]) => files.read(name) !== undefined);
  if (lock) {
    const [name, command] = lock;
    const missing = `Locked packages that cozy reads: there is ${name}. Write requirements.lock from it with \`${command}\`, and commit it.`;
    return unlocked(name, lockedVersions(files.read(name) ?? ""), missing);
  }
  const asked = files.read("pyproject.toml");
  if (asked === undefined) {
    const missing =
      "Locked packages: there is no uv.lock, requirements.lock or requirements.txt here. Write the packages down in requirements.txt, each with its version, and commit it.";
    return unlocked("", new Map(), missing);
  }
  const missing =
    "Locked packages: pyproject.toml says what is needed, and nothing locks it. Run `uv lock`, and commit uv.lock.";
  return unlocked("pyproject.toml", askedVersions(asked), missing);
}

function locked(name: string, versions: Packages["versions"]): Packages {
  const note = { comment: `Packages are locked by ${name}.`, found: `packages: ${name}` };
  return { versions, where: name, requirements: undefined, notes: [note], missing: [] };
}

function unlocked(where: string, versions: Packages["versions"], missing: string): Packages {
  return { versions, where, requirements: undefined, notes: [], missing: [missing] };
}

function fromRequirements(files: Files, name: string, isToBeNamed: boolean): Packages {
  const lines = requirementsIn(files, name);
  const versions = new Map(lines.map((line) => [line.name, line.version]));
  const open = lines.filter(({ isOpen }) => isOpen).map((line) => line.name);
  if (open.length > 0) {
    const shown = open.length > 3 ? [...open.slice(0, 3), `${String(open.length - 3)} more`] : open;
    const command = `uv pip compile ${name} --universal --generate-hashes${pythonOption(files)} --output-file requirements.lock`;
    const missing = `Locked packages: ${name} leaves the version of ${listed(shown)} open, so that two builds could differ. Write requirements.lock with \`${command}\` (\`pip install uv\` brings uv), and commit it; it counts before ${name}.`;
    return unlocked(name, versions, missing);
  }
  const found = locked(name, versions);
  if (!isToBeNamed) return found;
  return {
    ...found,
    requirements: { value: name, where: "the first file of requirements that was there" },
    notes: [],
  };
}

/** Without it the versions would be chosen for whichever Python uv runs on. */
function pythonOption(files: Files): string {
  const found = findRuntime(
    runtimeFileNames.python.flatMap((name) => {
      const text = files.read(name);
      return text === undefined ? [] : [{ name, text }];
    }),
    "python",
  );
  const version = found.ok ? /\d+\.\d+/.exec(found.runtime.version)?.[0] : undefined;
  return version === undefined ? "" : ` --python-version ${version}`;
}

interface Requirement {
  readonly name: string;
  readonly version: string | undefined;
  readonly isOpen: boolean;
}

function requirementsIn(files: Files, path: string, seen = new Set<string>()): Requirement[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const { requirements, includes } = requirementLines(path, files.read(path) ?? "");
  const own = requirements.flatMap(({ text, kind }): Requirement[] => {
    const [, name, version] =
      /^([A-Za-z0-9][\w.-]*)(?:\s*\[[^\]]*\])?\s*(?:===?\s*([\w.!+-]+))?/.exec(text) ?? [];
    if (name === undefined) return [];
    return [{ name: name.toLowerCase().replaceAll("_", "-"), version, isOpen: kind === "unpinned" }];
  });
  return [
    ...own,
    ...includes
      .filter(({ constraint }) => !constraint)
      .flatMap((one) => requirementsIn(files, one.path, seen)),
  ];
}

/** uv.lock and poetry.lock list packages alike. */
function lockedVersions(text: string): Map<string, string | undefined> {
  return new Map(
    [...text.matchAll(/^name = "([^"]+)"\s*\nversion = "([^"]+)"/gm)].map(([, name = "", version]) => [
      name.toLowerCase(),
      version,
    ]),
  );
}

function askedVersions(text: string): Map<string, string | undefined> {
  return new Map(
    [...text.matchAll(/^\s*["']?([A-Za-z0-9][\w-]*)(?:\[[^\]]*\])?["']?\s*(?:[=<>~^!"',@]|$)/gm)].map(
      ([, name = ""]) => [name.toLowerCase(), undefined],
    ),
  );
}
