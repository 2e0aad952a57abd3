import {
  chmod,
  constants,
  copyFile,
  link,
  mkdir,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  utimes,
} from "node:fs/promises";
import { join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import type { MachinePaths } from "../hosts/environment-paths.ts";
import { fetchNodeArguments, nodePackage } from "../stacks/node.ts";
import { askNode } from "./ask-node.ts";
import { mindingTheDisk } from "./disk-full.ts";
import { hasStrings, readKept, writeKept } from "./kept-file.ts";
import { findNpm, npmCommand, npmEnvironment, npmFailure, registryUnreachable, requireNpm } from "./npm.ts";
import type { KeptRuntime } from "./kept-runtime.ts";
import { runProgram } from "./run-program.ts";
import type { RuntimeChoice } from "./runtime.ts";
import { isTempName, tempName } from "./temp-name.ts";
import type { Workshop } from "./workshop.ts";
import { hashFile } from "../shared/hash-file.ts";

/** A Node that is kept: it stays what it is, whatever happens to the one it was taken from. */
export interface Runtime extends KeptRuntime {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** In `bin`, beside links to the machine's npm. */
  readonly node: string;
}

export function runtimeAt(machine: MachinePaths, id: string): Pick<Runtime, "folder" | "bin" | "node"> {
  const folder = join(machine.runtimes, id);
  return { folder, bin: join(folder, "bin"), node: join(folder, "bin", "node") };
}

/** Every Node that is kept on this machine and whose record can be read. */
export async function keptRuntimes(machine: MachinePaths): Promise<Runtime[]> {
  const names = await readdir(machine.runtimes).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  const runtimes = await Promise.all(
    names
      .filter((name) => name.startsWith("node-") && !isTempName(name))
      .map((name) => readRuntime(machine, name).catch(ignoringDamage)),
  );
  return runtimes.filter((runtime) => runtime !== undefined);
}

/** One damaged runtime is no reason to find none; it is not chosen, and `keepRuntime` says what is wrong with it. */
function ignoringDamage(error: unknown): undefined {
  if (error instanceof CozyError) return undefined;
  throw error;
}

/** Makes sure that the chosen Node is kept and runs. Can be called by several at once. */
export async function keepRuntime(choice: RuntimeChoice, workshop: Workshop): Promise<Runtime> {
  const { machine } = workshop;
  if (choice.from.place === "kept") {
    const runtime = await readRuntime(machine, choice.from.id);
    if (runtime !== undefined) return inUse(runtime, workshop);
  }
  await mkdir(machine.runtimes, { recursive: true });
  return mindingTheDisk(machine.runtimes, async () => {
    const temp = tempName(join(machine.runtimes, choice.name));
    try {
      await mkdir(join(temp, "bin"), { recursive: true });
      await layBinary(choice, temp, workshop);
      return await putInPlace(choice, temp, workshop);
    } finally {
      await rm(temp, { recursive: true, force: true });
    }
  });
}

async function layBinary(choice: RuntimeChoice, temp: string, workshop: Workshop): Promise<void> {
  const binary = join(temp, "bin", "node");
  if (choice.from.place === "this-machine") {
    await linkOrCopy(choice.from.binary, binary);
    if (await runs(binary, choice, workshop)) return;
    // Some systems' Node needs files that lie beside it; the registry's stands alone.
    await rm(binary);
  }
  await fetchBinary(choice, temp, workshop);
  if (await runs(binary, choice, workshop)) return;
  throw new CozyError("runtime-broken", {
    message: `Node ${choice.version} from the package ${nodePackage(choice.platform.os, choice.platform.arch)} does not run on this machine.`,
    state: "Nothing was kept.",
    next: `Install Node ${choice.version} so that it is on the PATH, then run the command again.`,
  });
}

async function runs(binary: string, choice: RuntimeChoice, workshop: Workshop): Promise<boolean> {
  const node = await askNode(binary, workshop.signal);
  return node?.version === choice.version;
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  const source = await realpath(from);
  // Another disk, another owner, a file system without hard links: a copy does as well.
  await link(source, to).catch(() => copyFile(source, to, constants.COPYFILE_FICLONE));
}

/** Lays `bin/node` of a registry's package into a folder; it need not be one that this machine can run. */
export async function fetchBinary(choice: RuntimeChoice, temp: string, workshop: Workshop): Promise<void> {
  const { os, arch } = choice.platform;
  workshop.onStep?.(`fetching Node ${choice.version}`);
  const npm = await requireNpm(workshop.env);
  const env = npmEnvironment(workshop.env, process.execPath);
  const download = join(temp, "download");
  await mkdir(download);
  const args = fetchNodeArguments(os, arch, choice.version, download);
  const command = npmCommand(npm, process.execPath, args);
  const packed = await runProgram({ command, folder: download, env, timeoutMs: 600_000 }, workshop.signal);
  const archive = (await readdir(download)).find((name) => name.endsWith(".tgz"));
  if (packed.exitCode !== 0 || archive === undefined) {
    throw registryUnreachable(`Node ${choice.version} could not be fetched`, npmFailure(packed));
  }
  const unpack = ["tar", "-xzf", archive, "package/bin/node"];
  const unpacked = await runProgram(
    { command: unpack, folder: download, env, timeoutMs: 120_000 },
    workshop.signal,
  );
  if (unpacked.exitCode !== 0) {
    throw new CozyError("runtime-broken", {
      message: `The package ${nodePackage(os, arch)} ${choice.version} could not be unpacked: tar ended with ${unpacked.exitCode ?? unpacked.signal}.`,
      state: "Nothing was kept.",
      next: "Run the same command again.",
      details: unpacked.tail.slice(-5),
    });
  }
  await rename(join(download, "package", "bin", "node"), join(temp, "bin", "node"));
  await chmod(join(temp, "bin", "node"), 0o755);
  await rm(download, { recursive: true });
}

async function putInPlace(choice: RuntimeChoice, temp: string, workshop: Workshop): Promise<Runtime> {
  const { version, platform } = choice;
  const binary = join(temp, "bin", "node");
  const sha256 = await hashFile(binary);
  const { size: sizeBytes } = await stat(binary);
  const id = `node-${version}-${platform.os}-${platform.arch}-${sha256.slice(0, 8)}`;
  const record = { format: 1, version, platform, sha256, sizeBytes, keptAt: workshop.now() } as const;
  await writeKept(join(temp, "runtime.json"), record);
  const { folder } = runtimeAt(workshop.machine, id);
  try {
    await rename(temp, folder);
  } catch (error) {
    // Another builder was first; theirs has the same bytes.
    if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
  }
  const runtime = await readRuntime(workshop.machine, id);
  if (runtime === undefined) throw broken(folder, "it has no runtime.json");
  return inUse(runtime, workshop);
}

async function readRuntime(machine: MachinePaths, id: string): Promise<Runtime | undefined> {
  const place = runtimeAt(machine, id);
  const record = await readKept(join(place.folder, "runtime.json"), isRecord);
  if (record === undefined) return undefined;
  const size = await stat(place.node).then(
    (file) => file.size,
    () => undefined,
  );
  if (size !== record.sizeBytes)
    throw broken(place.folder, `bin/node has ${size ?? "no"} bytes of ${record.sizeBytes}`);
  const { version, platform, sha256, sizeBytes } = record;
  return { id, version, platform, sha256, sizeBytes, ...place };
}

type RuntimeRecord = Pick<Runtime, "version" | "platform" | "sha256" | "sizeBytes">;

function isRecord(value: unknown): value is RuntimeRecord {
  return (
    hasStrings(value, "version", "sha256") &&
    hasStrings(value["platform"], "os", "arch", "libc") &&
    Number.isInteger(value["sizeBytes"])
  );
}

function broken(folder: string, why: string): CozyError {
  return new CozyError("runtime-broken", {
    message: `The runtime ${folder} is damaged: ${why}.`,
    state: "It was left as it is; instances that run keep running.",
    next: `Move ${folder} away; the next deploy keeps a new one.`,
  });
}

/** Marks it as used, so that a prune at the same time leaves it, and links npm into it. */
async function inUse(runtime: Runtime, { env, now }: Workshop): Promise<Runtime> {
  const time = now() / 1000;
  await utimes(runtime.folder, time, time);
  const npm = await findNpm(env);
  if (npm?.script !== undefined) {
    await pointTo(join(runtime.bin, "npm"), npm.script);
    await pointTo(join(runtime.bin, "npx"), npm.script.replace(/npm-cli\.js$/, "npx-cli.js"));
  }
  return runtime;
}

async function pointTo(file: string, target: string): Promise<void> {
  if ((await readlink(file).catch(() => undefined)) === target) return;
  const temp = tempName(file);
  await symlink(target, temp);
  await rename(temp, file);
}
