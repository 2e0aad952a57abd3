import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { findProgram, type Variables } from "./npm.ts";
import { programEnvironment } from "./program-environment.ts";
import { pythonsOfMachine } from "./python-runtime.ts";
import { runProgram, type ProgramResult } from "./run-program.ts";
import { tempName } from "./temp-name.ts";
import { toolsOf } from "./tools-folder.ts";
import type { Workshop } from "./workshop.ts";

/** What installs packages: uv, or pip where uv can't be had. */
export type PythonInstaller =
  | { readonly kind: "uv"; readonly program: string }
  /** A Python that has pip, which installs for another one. */
  | { readonly kind: "pip"; readonly python: string };

/** The uv that is fetched where the machine has none. */
const uvVersion = "0.13.9";
const oldestPip = [22, 3] as const;

/** The machine's own uv, the one that is kept, one that is fetched now, else pip. */
export async function findInstaller(workshop: Workshop): Promise<PythonInstaller> {
  const { env, machine, signal } = workshop;
  const own = await findProgram("uv", env);
  if (own !== undefined && (await answers([own, "--version"], env, signal)))
    return { kind: "uv", program: own };
  const tool = join(toolsOf(machine), `uv-${uvVersion}`);
  const program = join(tool, "bin", "uv");
  if (await isFile(program)) return { kind: "uv", program };
  const python = await pythonWithPip(workshop);
  if (python === undefined) {
    throw new CozyError("installer-missing", {
      message:
        "Neither uv nor a Python with pip was found on this machine, so the packages can't be installed.",
      state: "Nothing was built.",
      next: "Install uv (https://docs.astral.sh/uv), or on Debian: apt-get install python3-pip",
    });
  }
  return (await fetchUv(python, tool, workshop)) ? { kind: "uv", program } : { kind: "pip", python };
}

/** uv is a package of the same index that the application's packages come from. */
async function fetchUv(python: string, tool: string, workshop: Workshop): Promise<boolean> {
  workshop.onStep?.(`fetching uv ${uvVersion}`);
  const temp = tempName(tool);
  await mkdir(join(tool, ".."), { recursive: true });
  try {
    const quietly = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries=1"];
    const what = ["--no-deps", "--only-binary=:all:", "--target", temp, `uv==${uvVersion}`];
    const command = [python, "-m", "pip", "install", ...quietly, ...what];
    const env = programEnvironment(workshop.env);
    const result = await runProgram({ command, folder: "/", env, timeoutMs: 180_000 }, workshop.signal);
    if (result.exitCode !== 0) return false;
    if (!(await answers([join(temp, "bin", "uv"), "--version"], workshop.env, workshop.signal))) return false;
    await rename(temp, tool).catch(async (error: unknown) => {
      // Another builder was first.
      if (!(await isFile(join(tool, "bin", "uv")))) throw error;
    });
    return true;
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/** pip can install for another Python since 22.3. */
async function pythonWithPip(workshop: Workshop): Promise<string | undefined> {
  const { env, signal } = workshop;
  const first = [await findProgram("python3", env), await findProgram("python", env)];
  for (const python of first) if (python !== undefined && (await hasPip(python, env, signal))) return python;
  for (const { binary } of await pythonsOfMachine(workshop))
    if (await hasPip(binary, env, signal)) return binary;
  return undefined;
}

async function hasPip(python: string, env: Variables, signal: AbortSignal): Promise<boolean> {
  const question = "import pip; print(pip.__version__)";
  const { exitCode, stdout } = await run([python, "-c", question], env, signal);
  const [major = 0, minor = 0] = stdout.trim().split(".").map(Number);
  return exitCode === 0 && (major > oldestPip[0] || (major === oldestPip[0] && minor >= oldestPip[1]));
}

async function answers(command: readonly string[], env: Variables, signal: AbortSignal): Promise<boolean> {
  return (await run(command, env, signal)).exitCode === 0;
}

async function run(command: readonly string[], env: Variables, signal: AbortSignal): Promise<ProgramResult> {
  return runProgram({ command, folder: "/", env: programEnvironment(env), timeoutMs: 20_000 }, signal);
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
