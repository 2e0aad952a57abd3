import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "../artifacts/manifest.ts";
import { exclusiveLock } from "../engine/exclusive-lock.ts";
import { leaseFolder } from "../engine/lease-folder.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { scratchPaths, type EnvironmentPaths, type MachinePaths } from "../hosts/environment-paths.ts";
import type { CheckAnswer, CommandResult, OneOff, ReadyReport, ReleaseRecord } from "../hosts/host.ts";
import { readReleaseEnvironment, releaseAt } from "../hosts/release-folder.ts";
import { ensureSupervisorOnly } from "../hosts/this-machine/ensure-agents.ts";
import { runPlaces } from "../hosts/this-machine/places.ts";
import { databaseFile, releaseVariables } from "../hosts/machine/release-variables.ts";
import { thisMachine, type ThisMachine } from "../hosts/this-machine/this-machine.ts";
import { lastLines } from "../logs/log-reader.ts";
import { onThisMachine } from "../project/on-this-machine.ts";
import type { Environment } from "../project/project.ts";
import { shortRunFolder } from "../routing/run-folder.ts";
import { generatedStoreAt } from "../secrets/generated-values.ts";
import { redactor } from "../secrets/redactor.ts";
import type { ResolvedVariables } from "../secrets/resolve-variables.ts";
import { releaseLayout } from "../stacks/release-layout.ts";
import { scratchRecord } from "./scratch-record.ts";
import { sealFor, type Seal } from "./scratch-seal.ts";
import { drawnAnew, scratchVariables } from "./scratch-variables.ts";

export interface ScratchParts {
  /** One of a name at a time: `drill`, `rehearsal`, `restore`. */
  readonly name: string;
  /** The environment that it stands in for. */
  readonly environment: Environment;
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  /** Folders that outlive releases; they are empty here. */
  readonly persist: readonly string[];
  /** What differs from the environment's own variables, by the project file's `rehearsal.variables`. */
  readonly variables: ResolvedVariables;
  readonly now: () => number;
  readonly random: (sizeBytes: number) => Uint8Array;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly version: string;
}

/**
 * An environment that lives for a rehearsal or a drill, with a supervisor of its own and no proxy. It shares nothing with the one that
 * it stands in for but artifacts, trees and runtimes, which are only read.
 */
export interface Scratch {
  readonly folder: string;
  /** Where a restored database is to be put; its folder is there, the file is not. */
  readonly databaseFile: string;
  readonly host: ThisMachine;
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
  const remove = async () => removeScratch(parts, paths);
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
  const { machine } = parts;
  const folders = { home: join(paths.root, "home"), temporary: join(paths.root, "tmp") };
  const own = [
    paths.run,
    paths.supervisor,
    paths.logs,
    paths.database,
    paths.media,
    ...Object.values(folders),
  ];
  for (const folder of [paths.root, ...own]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const request = { own: paths.root, protect: protectedFolders(parts), ...whoWeAre() };
  const [run, seal, drawn] = await Promise.all([
    shortRunFolder(paths.run),
    sealFor(request, signal),
    generatedStoreAt(parts.paths.generated).read(),
  ]);
  const host = await hostOf(parts, paths, seal);
  // It takes a while to answer, and the restore of a database has no need of it.
  const supervisor = ensureSupervisorOnly(
    { machine, paths, places: runPlaces(run), version: parts.version, env: parts.env, now: parts.now },
    signal,
  );
  supervisor.catch(() => undefined);
  const fresh = drawnAnew(drawn, parts.random);
  let closing: Promise<void> | undefined;

  return {
    folder: paths.root,
    databaseFile: databaseFile(paths),
    host,
    sealed: seal.sealed,
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
      await supervisor;
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
      closing ??= supervisor.then(
        () => remove(),
        () => remove(),
      );
      return closing;
    },
  };
}

/** All that cozy keeps, the environment's own stores of backups among it. */
function protectedFolders({ machine, environment: { backups } }: ScratchParts): string[] {
  const stores = [backups?.store?.path, backups?.weekly?.store.path].filter((path) => path !== undefined);
  return [machine.home, ...stores.filter((path) => existsSync(path))];
}

function whoWeAre() {
  return { platform: process.platform, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
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

function hostOf(parts: ScratchParts, paths: EnvironmentPaths, seal: Seal | undefined): Promise<ThisMachine> {
  const { machine, now, env, homeFolder, version } = parts;
  const environment = { ...parts.environment, target: onThisMachine(parts.environment) };
  const lease = { environment: environment.name, store: leaseFolder(paths.lease) };
  return thisMachine({ machine, paths, lease, environment, now, env, homeFolder, version, seal });
}

/** Its supervisor is known by the records that it keeps there. */
async function removeScratch(parts: ScratchParts, paths: EnvironmentPaths): Promise<void> {
  if (!existsSync(paths.root)) return;
  const host = await hostOf(parts, paths, undefined);
  await host.stopAgents(AbortSignal.timeout(closeMs));
  await rm(paths.root, { recursive: true, force: true });
}

function busy({ name, paths, environment }: ScratchParts): CozyError {
  return new CozyError("scratch-busy", {
    message: `Another ${name} of ${environment.name} is at work in ${join(paths.scratch, name)}.`,
    state: "Nothing was changed.",
    next: "Wait until it has ended, then run the same command again.",
  });
}
