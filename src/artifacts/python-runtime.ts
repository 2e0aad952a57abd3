import { readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import type { RuntimeRequest } from "../project/project.ts";
import { askPython, type FoundPython } from "./ask-python.ts";
import { inParallel } from "./in-parallel.ts";
import { findProgram, searchFolders } from "./npm.ts";
import { platformName, thisPlatform } from "./platform.ts";
import { programEnvironment } from "./program-environment.ts";
import { comparePythons, pythonRange } from "./python-version.ts";
import { keptPythons, type PythonRuntime } from "./python-store.ts";
import type { RuntimeChoice } from "./runtime.ts";
import type { Workshop } from "./workshop.ts";

const names = ["14", "13", "12", "11", "10", "9"].map((minor) => `python3.${minor}`);

/** The newest Python that a request allows, among those that are kept, else among those of this machine. Changes nothing. */
export async function choosePython(request: RuntimeRequest, workshop: Workshop): Promise<RuntimeChoice> {
  const range = pythonRange(request.version);
  if (range === undefined) {
    throw new CozyError("runtime-version-unreadable", {
      message: `${request.source}: \`${request.version}\` is not a version or a range of versions of Python.`,
      next: "Write it as Python does: `3.12`, `3.12.4`, `>=3.11,<3.14` or `~=3.11`.",
    });
  }
  const platform = thisPlatform();
  const choice = (version: string, from: RuntimeChoice["from"]): RuntimeChoice => ({
    engine: "python",
    version,
    platform,
    name: `python-${version}-${platformName(platform)}`,
    from,
  });
  const kept = (await keptPythons(workshop.machine))
    .filter((runtime) => platformName(runtime.platform) === platformName(platform))
    .filter((runtime) => range.allows(runtime.version))
    .sort((a, b) => comparePythons(b.version, a.version));
  for (const runtime of kept) {
    if (await isUnchanged(runtime, workshop))
      return choice(runtime.version, { place: "kept", id: runtime.id });
  }

  const found = await pythonsOfMachine(workshop);
  const newest = found
    .filter(({ version }) => range.allows(version))
    .sort((a, b) => comparePythons(b.version, a.version))[0];
  if (newest !== undefined) {
    return choice(newest.version, { place: "this-machine", binary: newest.binary });
  }
  throw await notFound(request, found, workshop);
}

/** One that could not be moved is the machine's own, which an update replaces. */
async function isUnchanged(
  { python, version, inPlace }: PythonRuntime,
  workshop: Workshop,
): Promise<boolean> {
  if (inPlace === undefined) return true;
  const found = await askPython(python, programEnvironment(workshop.env), workshop.signal);
  return found?.version === version;
}

/** On the PATH and where pyenv and uv keep theirs, each once. */
export async function pythonsOfMachine(workshop: Workshop): Promise<FoundPython[]> {
  const { env, signal } = workshop;
  const onPath = searchFolders(env).flatMap((folder) =>
    [...names, "python3", "python"].map((name) => join(folder, name)),
  );
  const candidates = await existing([...onPath, ...(await managed(env))]);
  const asked = await inParallel(candidates, 4, (file) => askPython(file, programEnvironment(env), signal));
  const found = new Map<string, FoundPython>();
  for (const python of asked) {
    if (python !== undefined && !found.has(python.binary)) found.set(python.binary, python);
  }
  return [...found.values()];
}

async function existing(files: readonly string[]): Promise<string[]> {
  const real = await Promise.all(files.map((file) => realpath(file).catch(() => undefined)));
  // One program under several names is asked once; a stand-in is another program under each name.
  const first = new Map<string, string>();
  for (const [index, target] of real.entries()) {
    const file = files[index];
    if (target !== undefined && file !== undefined && !first.has(target)) first.set(target, file);
  }
  return [...first.values()];
}

async function managed(env: Workshop["env"]): Promise<string[]> {
  const home = env["HOME"] ?? "/";
  const folders = [
    join(env["PYENV_ROOT"] ?? join(home, ".pyenv"), "versions"),
    env["UV_PYTHON_INSTALL_DIR"] ??
      join(env["XDG_DATA_HOME"] ?? join(home, ".local", "share"), "uv", "python"),
  ];
  const found = await Promise.all(
    folders.map(async (folder) => {
      const versions = await readdir(folder).catch(() => []);
      return versions
        .filter((name) => !name.startsWith("."))
        .map((name) => join(folder, name, "bin", "python3"));
    }),
  );
  return found.flat();
}

async function notFound(
  request: RuntimeRequest,
  found: readonly FoundPython[],
  { env }: Workshop,
): Promise<CozyError> {
  const versions = found
    .toSorted((a, b) => comparePythons(b.version, a.version))
    .map(({ version, binary }) => `${version} (${binary})`);
  const wanted = /\d+\.\d+(\.\d+)?/.exec(request.version)?.[0] ?? request.version;
  const [uv, pyenv] = await Promise.all([findProgram("uv", env), findProgram("pyenv", env)]);
  const ways = [
    ...(uv === undefined ? [] : [`uv python install ${wanted}`]),
    ...(pyenv === undefined ? [] : [`pyenv install ${wanted}`]),
  ];
  return new CozyError("runtime-not-found", {
    message:
      `No Python ${request.version} (${request.source}) was found on this machine: ` +
      (versions.length === 0 ? "it has none." : `it has ${versions.join(", ")}.`),
    state: "Nothing was built.",
    next:
      ways[0] ??
      `Install Python ${wanted} so that it is on the PATH, or install uv (https://docs.astral.sh/uv) and run: uv python install ${wanted}`,
  });
}
