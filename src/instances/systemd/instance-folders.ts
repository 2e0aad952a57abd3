import { chmod, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isFields, readKept, writeKept } from "../../artifacts/kept-file.ts";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import type { ServerLayout } from "../../hosts/server-layout.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import type { EnvironmentFile, InstanceId, InstanceSpec } from "../instance.ts";
import { endedScript, environmentLines, startScript } from "./start-script.ts";
import { instanceFolder } from "./unit-names.ts";

/** `spec.json` of an instance: what it was asked for as. */
export interface KeptInstance {
  readonly format: 1;
  readonly spec: InstanceSpec;
  readonly retireAt?: number | undefined;
}

/** Everything that was asked for here, by release, type and index. */
export async function readInstances(layout: ServerLayout): Promise<KeptInstance[]> {
  const names = (await namesIn(layout.instances)).filter((name) =>
    /^[a-z][a-z0-9-]*@[\w-]+\.\d+$/.test(name),
  );
  const all = await Promise.all(
    names.map((name) => readKept(specFile(join(layout.instances, name)), isKept)),
  );
  return all.filter((one) => one !== undefined).sort((a, b) => compare(a.spec.id, b.spec.id));
}

/** Lays what systemd starts the instance with. The note of what it is comes last: until then it is nobody's. */
export async function layInstance(layout: ServerLayout, spec: InstanceSpec): Promise<void> {
  const folder = instanceFolder(layout, spec.id);
  await mkdir(folder, { recursive: true });
  if (spec.socket !== undefined) await makeSocketFolder(dirname(spec.socket));
  const variables = { ...(await readEnvironment(spec.environmentFile)), ...spec.variables };
  await writeAtomically(join(folder, "environment"), environmentLines(variables), 0o600);
  await writeAtomically(join(folder, "ended"), endedScript(), 0o640);
  await writeAtomically(join(folder, "start"), startScript(spec), 0o640);
  await noteInstance(layout, { format: 1, spec });
}

export async function noteInstance(layout: ServerLayout, kept: KeptInstance): Promise<void> {
  await writeKept(specFile(instanceFolder(layout, kept.spec.id)), { ...kept }, 0o600);
}

export async function forgetInstance(layout: ServerLayout, id: InstanceId): Promise<void> {
  const folder = instanceFolder(layout, id);
  // Without its note it is forgotten, however much of the rest a kill leaves.
  await rm(specFile(folder), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** The application makes its sockets there, so its group may write; new ones get the group of the run folder. */
async function makeSocketFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o2770).catch((error: unknown) => {
    if (systemCode(error) !== "EPERM") throw error; // another's: it is there, and that is all that counts here
  });
}

async function readEnvironment(file: string): Promise<Readonly<Record<string, string>>> {
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

function isKept(value: unknown): value is KeptInstance {
  if (!isFields(value) || !isFields(value["spec"])) return false;
  const { id, command, folder } = value["spec"];
  return isFields(id) && Array.isArray(command) && typeof folder === "string";
}

function isEnvironmentFile(value: unknown): value is EnvironmentFile {
  if (!isFields(value) || !isFields(value["variables"])) return false;
  return Object.values(value["variables"]).every((each) => typeof each === "string");
}
