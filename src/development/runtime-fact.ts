import { readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { pythonRange } from "../artifacts/python-version.ts";
import { findProgram } from "./find-program.ts";
import type { Platform, Variables } from "./platform.ts";
import type { Workplace } from "./workplace.ts";

/** The Node or Python that the processes will run on, against what the project asks for. */
export interface RuntimeFact {
  /** Of Django: `undefined` where there is no virtual environment yet. */
  readonly version: string | undefined;
  readonly fits: boolean;
  /** What installs the right one on this machine. */
  readonly install: string;
}

export async function lookAtRuntime(place: Workplace): Promise<RuntimeFact> {
  const { engine, version: asked } = place.app.runtime;
  const install = await installCommand(engine, asked, place.env, place.platform);
  const version = engine === "node" ? await nodeVersion(place) : await venvVersion(place.venv);
  if (version === undefined) return { version, install, fits: engine === "python" };
  if (engine === "python") return { version, install, fits: allowsPython(asked, version) };
  const { default: semver } = await import("semver");
  return { version, install, fits: semver.validRange(asked) === null || semver.satisfies(version, asked) };
}

/** Asked of the program itself where it is not the one that runs cozy: what is on the PATH may be a version manager's stand-in. */
async function nodeVersion({ env, platform, folder }: Workplace): Promise<string | undefined> {
  const file = await findProgram("node", env, platform);
  if (file === undefined) return undefined;
  if ((await realpath(file)) === process.execPath) return process.versions.node;
  return askVersion([file, "-p", "process.versions.node"], env, folder);
}

/** Read from the file that describes the environment: starting Python would cost more than all other looks together. */
async function venvVersion(venv: string | undefined): Promise<string | undefined> {
  if (venv === undefined) return undefined;
  const text = await readFile(join(venv, "pyvenv.cfg"), "utf8").catch(() => "");
  return /^version(?:_info)?\s*=\s*(\d+(?:\.\d+)*)/m.exec(text)?.[1];
}

/** What can't be read as a range holds: the installer itself says better what is wrong with it. */
export function allowsPython(asked: string, version: string): boolean {
  return pythonRange(asked)?.allows(version) ?? true;
}

/** What a program prints as its version; `undefined` where it can't run. */
export async function askVersion(
  [program = "", ...args]: readonly string[],
  env: Variables,
  folder: string,
): Promise<string | undefined> {
  const { execFile } = await import("node:child_process");
  return new Promise((resolve) => {
    execFile(program, args, { env: { ...env }, cwd: folder, timeout: 10_000 }, (error, stdout) => {
      resolve(error === null && /^\d+(?:\.\d+)+$/.test(stdout.trim()) ? stdout.trim() : undefined);
    });
  });
}

/** With the version manager that this developer has. */
async function installCommand(
  engine: "node" | "python",
  asked: string,
  env: Variables,
  platform: Platform,
): Promise<string> {
  const plain = /^\d+(?:\.\d+)*/.exec(asked.replace(/^[^\d]*/, ""))?.[0] ?? asked;
  if (engine === "node") {
    if (env["VOLTA_HOME"] !== undefined) return `volta install node@${plain}`;
    if (env["FNM_DIR"] !== undefined) return `fnm install ${plain} && fnm use ${plain}`;
    if (env["NVM_DIR"] !== undefined) return `nvm install ${plain}`;
    return `install Node ${plain} from https://nodejs.org`;
  }
  const [uv, pyenv] = await Promise.all(["uv", "pyenv"].map((name) => findProgram(name, env, platform)));
  if (uv !== undefined) return `uv python install ${plain}`;
  if (pyenv !== undefined) return `pyenv install ${plain}`;
  return `install Python ${plain} from https://www.python.org/downloads`;
}
