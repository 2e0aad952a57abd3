import { existsSync } from "node:fs";
import { chmod, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "../artifacts/manifest.ts";
import { exclusiveLock } from "../engine/exclusive-lock.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { scratchPaths, type EnvironmentPaths, type MachinePaths } from "../hosts/environment-paths.ts";
import type { CheckAnswer, CommandResult, Host, OneOff, ReadyReport, ReleaseRecord } from "../hosts/host.ts";
import { readReleaseEnvironment, releaseAt } from "../hosts/release-folder.ts";
import { databaseFile, releaseVariables } from "../hosts/machine/release-variables.ts";
import { lastLines } from "../logs/log-reader.ts";
import type { Environment } from "../project/project.ts";
import { generatedStoreAt } from "../secrets/generated-values.ts";
import { redactor } from "../secrets/redactor.ts";
import type { ResolvedVariables } from "../secrets/resolve-variables.ts";
import { releaseLayout } from "../stacks/release-layout.ts";
import { recorderFolder } from "./recorder.ts";
import type { ScratchMachine } from "./scratch-machine.ts";
import { scratchRecord } from "./scratch-record.ts";
import { drawnAnew, scratchVariables } from "./scratch-variables.ts";

export interface ScratchParts {
  /** One of a name at a time: `drill`, `rehearsal`, `restore`. */
  readonly name: string;
  /** The environment that it stands in for. */
  readonly environment: Pick<Environment, "name" | "database" | "media">;
  /** What its processes run by. */
  readonly runs: ScratchMachine;
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  /** Folders that outlive releases; they are empty here. */
  readonly persist: readonly string[];
  /** What differs from the environment's own variables, by the project file's `rehearsal.variables`. */
  readonly variables: ResolvedVariables;
  readonly random: (sizeBytes: number) => Uint8Array;
  /** The home folder that the environment's own releases are told. */
  readonly homeFolder: string;
}

/**
 * An environment that lives for a rehearsal or a drill, without a proxy. It shares nothing with the one that it stands in for but
 * artifacts, trees and runtimes, which are only read.
 */
export interface Scratch {
  readonly folder: string;
  /** Where a restored database is to be put; its folder is there, the file is not. */
  readonly databaseFile: string;
  readonly host: Pick<Host, "awaitSteady">;
  /** Whether its commands can reach neither the network nor cozy's other folders; else why not. */
  readonly sealed: true | string;
  /** Lays a release of the environment here, from its artifact. */
  place(release: ReleaseRecord, signal: AbortSignal): Promise<void>;
  /** Runs a command of a placed release once. */
  run(once: OneOff, signal: AbortSignal): Promise<CommandResult>;
  /** Starts one instance of each of these types. */
  start(release: string, types: readonly string[], signal: AbortSignal): Promise<void>;
  stop(release: string, types: readonly string[], signal: AbortSignal): Promise<void>;
  ready(release: ReleaseRecord, signal: AbortSignal): Promise<ReadyReport>;
  smoke(release: ReleaseRecord, signal: AbortSignal): Promise<readonly CheckAnswer[]>;
  /** What an instance logged last, without secrets. */
  tail(release: string, type: string, lines?: number): Promise<readonly string[]>;
  /** Ends everything that runs here and removes it; can be called again. */
  close(): Promise<void>;
}

/** How long the end of everything may take; nothing of value runs here. */
const closeMs = 30_000;

/** Opens one, after what a killed process has left under its name was ended and removed. */
export async function openScratch(parts: ScratchParts, signal: AbortSignal): Promise<Scratch> {
  const paths = scratchPaths(parts.paths, parts.name);
  await mkdir(parts.paths.scratch, { recursive: true, mode: 0o700 });
  const lock = await exclusiveLock(join(parts.paths.scratch, `${parts.name}.lock`), 0);
  if (lock === undefined) throw busy(parts);
  const remove = async () => {
    if (existsSync(paths.root)) await parts.runs.remove(paths, AbortSignal.timeout(closeMs));
  };
  try {
    await remove();
    return await laid(parts, paths, signal, async () => {
      await remove();
      lock.release();
    });
  } catch (error) {
    await remove().catch(() => undefined);
    lock.release();
    throw error;
  }
}

async function laid(
  parts: ScratchParts,
  paths: EnvironmentPaths,
  signal: AbortSignal,
  remove: () => Promise<void>,
): Promise<Scratch> {
  const folders = { home: join(paths.root, "home"), temporary: join(paths.root, "tmp") };
  await makeFolders(parts.runs, paths, Object.values(folders));
  const [runner, drawn] = await Promise.all([
    parts.runs.open(paths, signal),
    generatedStoreAt(parts.paths.generated).read(),
  ]);
  const { host, sealed, ready } = runner;
  ready.catch(() => undefined);
  const fresh = drawnAnew(drawn, parts.random);
  let closing: Promise<void> | undefined;

  return {
    folder: paths.root,
    databaseFile: databaseFile(paths),
    host,
    sealed,
    async place(release, within) {
      const variables = scratchVariables({
        placed: await readReleaseEnvironment(parts.paths, release.id),
        byCozy: await putThereByCozy(parts, release),
        environment: parts.environment,
        drawn: fresh,
        differing: parts.variables,
        folders,
      });
      const placement = { release: scratchRecord(release), variables, persist: parts.persist };
      await host.placeRelease(placement, within);
    },
    run: (once, within) =>
      host.runOnce({ ...once, variables: { COZY_RELEASE: once.release, ...once.variables } }, within),
    async start(release, types, within) {
      await ready;
      await host.startInstances({ release, types }, within);
    },
    async stop(release, types, within) {
      await host.stopInstances({ release, types }, within);
    },
    ready: (release, within) => host.awaitReady(release.id, release.ready, {}, within),
    smoke: (release, within) => host.smoke(release.id, release.smoke, within),
    async tail(release, type, lines = 12) {
      const { variables, secrets } = await readReleaseEnvironment(paths, release);
      const redact = redactor(secrets.map((name) => variables[name] ?? ""));
      return (await lastLines(join(paths.logs, release, `${type}.0.log`), lines)).map(redact);
    },
    close() {
      closing ??= ready.then(
        () => remove(),
        () => remove(),
      );
      return closing;
    },
  };
}

/** Where the application has a user of its own, that one writes into just those folders that are for it. */
async function makeFolders(
  { hasOwnUser }: ScratchMachine,
  paths: EnvironmentPaths,
  own: readonly string[],
): Promise<void> {
  const [closed, open] = hasOwnUser ? [0o2750, 0o2770] : [0o700, 0o700];
  const make = async (folder: string, mode: number) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    if (hasOwnUser) await chmod(folder, mode);
  };
  for (const folder of [paths.root, paths.run, paths.supervisor, paths.logs]) await make(folder, closed);
  const written = [paths.database, paths.media, recorderFolder(paths.root), ...own];
  for (const folder of written) await make(folder, open);
}

async function putThereByCozy(
  { machine, paths, environment, homeFolder }: ScratchParts,
  release: ReleaseRecord,
): Promise<ResolvedVariables> {
  const place = releaseAt(paths, release.id);
  const manifest = await readManifest(place.manifest);
  return {
    ...(manifest && releaseLayout(manifest.content, place.folder, machine).variables),
    ...releaseVariables({ release, environment, paths, homeFolder, variables: {} }),
  };
}

function busy({ name, paths, environment }: ScratchParts): CozyError {
  return new CozyError("scratch-busy", {
    message: `Another ${name} of ${environment.name} is at work in ${join(paths.scratch, name)}.`,
    state: "Nothing was changed.",
    next: "Wait until it has ended, then run the same command again.",
  });
}
