import { mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import { askPython, lastObject, type FoundPython } from "./ask-python.ts";
import { sha256 } from "./canonical-json.ts";
import { diskFull, hasNoRoom, mindingTheDisk } from "./disk-full.ts";
import { keepPythonScript, provePythonScript } from "./keep-python-script.ts";
import { hasStrings, readKept, writeKept } from "./kept-file.ts";
import type { KeptRuntime } from "./kept-runtime.ts";
import { programEnvironment } from "./program-environment.ts";
import { runProgram } from "./run-program.ts";
import type { RuntimeChoice } from "./runtime.ts";
import { isTempName, tempName } from "./temp-name.ts";
import type { Workshop } from "./workshop.ts";

/** A Python that is kept: a copy of its program and standard library, so that an update of the machine's own changes nothing. */
export interface PythonRuntime extends KeptRuntime {
  readonly python: string;
  /** Where the machine's own Python is used in its place, because that build of it can't be moved; else `undefined`. */
  readonly inPlace: string | undefined;
}

/** Every Python that is kept on this machine and can be read. */
export async function keptPythons(machine: MachinePaths): Promise<PythonRuntime[]> {
  const names = await readdir(machine.runtimes).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const found = await Promise.all(
    names
      .filter((name) => name.startsWith("python-") && !isTempName(name))
      .map((name) => readPython(machine, name).catch(ignoringDamage)),
  );
  return found.filter((runtime) => runtime !== undefined);
}

function ignoringDamage(error: unknown): undefined {
  if (error instanceof CozyError) return undefined;
  throw error;
}

/** Makes sure that the chosen Python is kept and runs. Can be called by several at once. */
export async function keepPython(choice: RuntimeChoice, workshop: Workshop): Promise<PythonRuntime> {
  const { machine } = workshop;
  if (choice.from.place === "kept") {
    const runtime = await readPython(machine, choice.from.id);
    if (runtime !== undefined) return inUse(runtime, workshop);
  }
  const binary = choice.from.place === "this-machine" ? choice.from.binary : "";
  const found = await askPython(binary, programEnvironment(workshop.env), workshop.signal);
  if (found === undefined) throw gone(choice, binary);
  workshop.onStep?.(`keeping Python ${found.version}`);
  await mkdir(machine.runtimes, { recursive: true });
  return mindingTheDisk(machine.runtimes, async () => {
    const temp = tempName(join(machine.runtimes, choice.name));
    try {
      const laid = (await layCopy(found, temp, workshop)) ?? (await layInPlace(found, temp, workshop));
      return await putInPlace(choice, laid, temp, workshop);
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
  });
}

interface Laid {
  readonly sha256: string;
  /** `python3.12`, in `bin`. */
  readonly program: string;
  readonly inPlace: string | undefined;
}

/** `undefined` where that build can't be moved, or its copy does not run by itself. */
async function layCopy(found: FoundPython, temp: string, workshop: Workshop): Promise<Laid | undefined> {
  if (found.framework) return undefined;
  await mkdir(temp);
  const script = join(temp, "keep.py");
  const answerFile = join(temp, "answer.json");
  await writeFile(script, keepPythonScript);
  const copy = join(temp, "copy");
  const command = [found.binary, "-I", "-B", script, found.binary, copy, answerFile];
  const env = programEnvironment(workshop.env);
  const result = await runProgram({ command, folder: temp, env, timeoutMs: 300_000 }, workshop.signal);
  if (result.exitCode !== 0) {
    if (await hasNoRoom(temp, 1024 * 1024)) throw diskFull(temp, undefined);
    return undefined;
  }
  const answer: unknown = JSON.parse(await readFile(answerFile, "utf8"));
  if (!hasStrings(answer, "sha256", "program")) return undefined;
  await linkNames(copy, answer.program);
  if (!(await runsByItself(join(copy, "bin", answer.program), copy, found, workshop))) return undefined;
  return { sha256: answer.sha256, program: answer.program, inPlace: undefined };
}

async function linkNames(folder: string, program: string): Promise<void> {
  for (const name of ["python3", "python"]) await symlink(program, join(folder, "bin", name));
}

/** The copy has what the original has, from its own folder, and none of the original's files in use. */
async function runsByItself(
  program: string,
  copy: string,
  { binary, version }: FoundPython,
  { signal }: Workshop,
): Promise<boolean> {
  const prove = async (python: string): Promise<Record<string, unknown> | undefined> => {
    const command = [python, "-I", "-c", provePythonScript];
    return lastObject(
      (await runProgram({ command, folder: "/", env: {}, timeoutMs: 30_000 }, signal)).stdout,
    );
  };
  const [own, original] = await Promise.all([prove(program), prove(binary)]);
  if (own === undefined || original === undefined || own["version"] !== version) return false;
  if (JSON.stringify(own["lacking"]) !== JSON.stringify(original["lacking"])) return false;
  const home = dirname(dirname(binary));
  const loaded = Array.isArray(own["loaded"]) ? own["loaded"] : [];
  const others = loaded.filter(
    (file) => String(file).startsWith(`${home}/`) || /\/libpython3/.test(String(file)),
  );
  return (
    own["prefix"] === copy && (home === "/usr" || others.every((file) => String(file).startsWith(`${copy}/`)))
  );
}

/** The folder only leads to the machine's own Python, and says so. */
async function layInPlace(
  { binary, version }: FoundPython,
  temp: string,
  { onStep }: Workshop,
): Promise<Laid> {
  onStep?.(
    `this build of Python ${version} can't be moved: releases run on ${binary} itself, and an update of it changes them`,
  );
  const copy = join(temp, "copy");
  await rm(copy, { recursive: true, force: true });
  await mkdir(join(copy, "bin"), { recursive: true });
  const program = `python${version.split(".", 2).join(".")}`;
  await symlink(binary, join(copy, "bin", program));
  await linkNames(copy, program);
  return { sha256: sha256(`${binary} ${version}`), program, inPlace: binary };
}

async function putInPlace(
  choice: RuntimeChoice,
  { sha256, program, inPlace }: Laid,
  temp: string,
  workshop: Workshop,
): Promise<PythonRuntime> {
  const { version, platform } = choice;
  const copy = join(temp, "copy");
  const { size: sizeBytes } = await stat(join(copy, "bin", program));
  const id = `python-${version}-${platform.os}-${platform.arch}-${sha256.slice(0, 8)}`;
  const record = {
    format: 1,
    version,
    platform,
    sha256,
    sizeBytes,
    program,
    inPlace,
    keptAt: workshop.now(),
  } as const;
  await writeKept(join(copy, "runtime.json"), record);
  const folder = join(workshop.machine.runtimes, id);
  try {
    await rename(copy, folder);
  } catch (error) {
    // Another builder was first; theirs has the same bytes.
    if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
  }
  const runtime = await readPython(workshop.machine, id);
  if (runtime === undefined) throw broken(folder, "it has no runtime.json");
  return inUse(runtime, workshop);
}

async function readPython(machine: MachinePaths, id: string): Promise<PythonRuntime | undefined> {
  const folder = join(machine.runtimes, id);
  const record = await readKept(join(folder, "runtime.json"), isRecord);
  if (record === undefined) return undefined;
  const bin = join(folder, "bin");
  const python = join(bin, record.program);
  const size = await stat(python).then(
    (file) => file.size,
    () => undefined,
  );
  if (size !== record.sizeBytes) {
    const what = record.inPlace === undefined ? `bin/${record.program}` : record.inPlace;
    throw broken(folder, `${what} has ${size ?? "no"} bytes of ${record.sizeBytes}`);
  }
  const { version, platform, inPlace } = record;
  return { id, version, platform, folder, bin, python, inPlace };
}

interface PythonRecord extends Pick<PythonRuntime, "version" | "platform" | "inPlace"> {
  readonly program: string;
  readonly sizeBytes: number;
}

function isRecord(value: unknown): value is PythonRecord {
  return (
    hasStrings(value, "version", "program") &&
    hasStrings(value["platform"], "os", "arch", "libc") &&
    Number.isInteger(value["sizeBytes"]) &&
    (value["inPlace"] === undefined || typeof value["inPlace"] === "string")
  );
}

/** Marks it as used, so that a prune at the same time leaves it. */
async function inUse(runtime: PythonRuntime, { now }: Workshop): Promise<PythonRuntime> {
  const time = now() / 1000;
  await utimes(runtime.folder, time, time);
  return runtime;
}

function gone(choice: RuntimeChoice, binary: string): CozyError {
  return new CozyError("runtime-broken", {
    message: `Python ${choice.version} was found at ${binary}, and does not answer any more.`,
    state: "Nothing was kept.",
    next: "Run the same command again.",
  });
}

function broken(folder: string, why: string): CozyError {
  return new CozyError("runtime-broken", {
    message: `The runtime ${folder} is damaged: ${why}.`,
    state: "It was left as it is; instances that run keep running.",
    next: `Move ${folder} away; the next deploy keeps a new one.`,
  });
}
