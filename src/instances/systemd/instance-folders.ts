import { chmod, mkdir, readdir, readFile, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isFields, readKept, writeKept } from "../../artifacts/kept-file.ts";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import type { ServerLayout } from "../../hosts/server-layout.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import type { EnvironmentFile, InstanceId, InstanceSpec } from "../instance.ts";
import { endedScript, environmentLines, startScript } from "./start-script.ts";
import { instanceFolder } from "./unit-names.ts";

/** `spec.json` of an instance: what it was asked for as. */
interface Noted {
  readonly format: 1;
  readonly spec: InstanceSpec;
}

export interface KeptInstance {
  readonly spec: InstanceSpec;
  /** When it is to end, in milliseconds since the epoch. */
  readonly retireAt: number | undefined;
  /** Its time has come, and it is being ended: it can't be kept any more. */
  readonly isEnding: boolean;
}

/** Everything that was asked for here, by release, type and index. */
export async function readInstances(layout: ServerLayout): Promise<KeptInstance[]> {
  const names = (await namesIn(layout.instances)).filter((name) =>
    /^[a-z][a-z0-9-]*@[\w-]+\.\d+$/.test(name),
  );
  const all = await Promise.all(names.map((name) => readInstance(join(layout.instances, name))));
  return all.filter((one) => one !== undefined).sort((a, b) => compare(a.spec.id, b.spec.id));
}

async function readInstance(folder: string): Promise<KeptInstance | undefined> {
  const [noted, retired] = await Promise.all([
    readKept(specFile(folder), isNoted),
    readIfThere(retiredFile(folder)),
  ]);
  if (noted === undefined) return undefined;
  const ending = retired === undefined ? await readIfThere(endingFile(folder)) : undefined;
  const at = retired ?? ending;
  return {
    spec: noted.spec,
    retireAt: at === undefined ? undefined : Number(at),
    isEnding: ending !== undefined,
  };
}

/** Lays what systemd starts the instance with. The note of what it is comes last: until then it is nobody's. */
export async function layInstance(layout: ServerLayout, spec: InstanceSpec): Promise<void> {
  const folder = instanceFolder(layout, spec.id);
  await mkdir(folder, { recursive: true });
  if (spec.socket !== undefined) await makeSocketFolder(dirname(spec.socket));
  await Promise.all([retiredFile(folder), endingFile(folder)].map((file) => rm(file, { force: true })));
  const variables = { ...(await readEnvironment(spec.environmentFile)), ...spec.variables };
  await writeAtomically(join(folder, "environment"), environmentLines(variables), 0o600);
  await writeAtomically(join(folder, "ended"), endedScript(), 0o640);
  await writeAtomically(join(folder, "start"), startScript(spec), 0o640);
  const noted: Noted = { format: 1, spec };
  await writeKept(specFile(folder), { ...noted }, 0o600);
}

/** Notes that it is to end then; whoever ends it asks this note, and so does systemd before it starts one again. */
export async function retireInstance(layout: ServerLayout, id: InstanceId, at: number): Promise<void> {
  await writeAtomically(retiredFile(instanceFolder(layout, id)), `${Math.max(0, at)}\n`, 0o640);
}

/** Takes the note back: one system call decides, so that it is either kept or being ended. */
export async function keepInstance(layout: ServerLayout, id: InstanceId): Promise<"kept" | "not retired"> {
  try {
    await unlink(retiredFile(instanceFolder(layout, id)));
    return "kept";
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "not retired";
    throw error;
  }
}

export async function forgetInstance(layout: ServerLayout, id: InstanceId): Promise<void> {
  const folder = instanceFolder(layout, id);
  // Without its note it is forgotten, however much of the rest a kill leaves.
  await rm(specFile(folder), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** The application makes its sockets there, so its group may write; new ones get the group of the run folder. */
export async function makeSocketFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o2770).catch((error: unknown) => {
    if (systemCode(error) !== "EPERM") throw error; // another's: it is there, and that is all that counts here
  });
}

export async function readEnvironment(file: string): Promise<Readonly<Record<string, string>>> {
  const environment = await readKept(file, isEnvironmentFile);
  if (environment !== undefined) return environment.variables;
  throw new CozyError("environment-file-missing", {
    message: `${file} is not there.`,
    state: "The instance was not started.",
    next: "Deploy again: that lays the release anew.",
  });
}

function specFile(folder: string): string {
  return join(folder, "spec.json");
}

function retiredFile(folder: string): string {
  return join(folder, "retired");
}

function endingFile(folder: string): string {
  return join(folder, "ending");
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return undefined; // gone meanwhile, or another's
  }
}

function compare(a: InstanceId, b: InstanceId): number {
  return byText(a.release, b.release) || byText(a.type, b.type) || a.index - b.index;
}

function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function isNoted(value: unknown): value is Noted {
  if (!isFields(value) || !isFields(value["spec"])) return false;
  const { id, command, folder } = value["spec"];
  return isFields(id) && Array.isArray(command) && typeof folder === "string";
}

function isEnvironmentFile(value: unknown): value is EnvironmentFile {
  if (!isFields(value) || !isFields(value["variables"])) return false;
  return Object.values(value["variables"]).every((each) => typeof each === "string");
}
