import { releaseOf } from "../../routing/route-table.ts";
import { existsSync } from "node:fs";
import { mkdir, rename, rm, statfs, symlink } from "node:fs/promises";
import { basename, isAbsolute, join, relative } from "node:path";
import { fenced, type LeasePlace } from "../../engine/lease-store.ts";
import type { InstanceSelection } from "../../instances/instance.ts";
import { lastOwner } from "../../instances/ownership.ts";
import {
  listInstances,
  retireInstances,
  shutdown,
  startInstances,
  stopInstances,
  supervisorState,
  type SupervisorAddress,
} from "../../instances/supervisor-client.ts";
import { redactor } from "../../secrets/redactor.ts";
import { whoRuns } from "../../instances/who-runs.ts";
import { lastLines } from "../../logs/log-reader.ts";
import type { Environment, Limits } from "../../project/project.ts";
import { prove } from "../../routing/prove.ts";
import { inFlight } from "../../routing/proxy-control.ts";
import { runFolderName, shortRunFolder } from "../../routing/run-folder.ts";
import { readRoutes } from "../../routing/table-files.ts";
import type { EnvironmentPaths, MachinePaths } from "../environment-paths.ts";
import type { Host, HostState } from "../host.ts";
import {
  listReleases,
  readRelease,
  readReleaseEnvironment,
  releaseAt,
  removeRelease,
  type EnvironmentRecord,
} from "../release-folder.ts";
import { awaitReady, awaitSteady, type InstanceView } from "./await-ready.ts";
import { backUpSqlite } from "./back-up-sqlite.ts";
import { currentRelease } from "./current-release.ts";
import { instanceSpecs } from "./instance-specs.ts";
import { proofTokenFile, runPlaces } from "./places.ts";
import { untilQuiet } from "./quiet.ts";
import { databaseFile, releaseVariables } from "./release-variables.ts";
import type { OnceRequest } from "./run-once.ts";
import { smokeRelease } from "./smoke.ts";
import { routesInForce, switchRoutes } from "./switch-routes.ts";

export interface ThisMachineParts {
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  readonly lease: LeasePlace;
  readonly environment: Environment;
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly version: string;
}

/** The host that cozy itself runs on. */
export interface ThisMachine extends Host {
  /** What it takes to run a command of a release: for a caller that hands its own terminal to it. */
  oneOff(release: string, command: readonly string[]): Promise<OnceRequest>;
  /** Replaces a supervisor that speaks only an older format; none, or one that can be asked, is left alone. */
  replaceOlderSupervisor(signal: AbortSignal): Promise<void>;
}

/** Without root and with nothing to install: an embedded supervisor and an embedded proxy a environment. */
export async function thisMachine(parts: ThisMachineParts): Promise<ThisMachine> {
  const { machine, paths, environment, now } = parts;
  const places = runPlaces(
    existsSync(paths.run) ? await shortRunFolder(paths.run) : runFolderName(paths.run),
  );
  const at: SupervisorAddress = { folder: paths.supervisor, controlSocket: places.supervisorSocket };

  const view: InstanceView = {
    instances: (signal) => listInstances(at, signal),
    async tail({ id }) {
      const lines = await lastLines(join(paths.logs, id.release, `${id.type}.${id.index}.log`), 12);
      const redact = redactorFor(await readReleaseEnvironment(paths, id.release));
      return lines.map((line) => shortened(redact(line)));
    },
    now,
  };
  const named = (socket: string): string => (isAbsolute(socket) ? relative(places.run, socket) : socket);
  const oneOff: ThisMachine["oneOff"] = async (release, command) => {
    const [environment, record] = await Promise.all([
      readReleaseEnvironment(paths, release),
      readRelease(paths, release),
    ]);
    return {
      command,
      folder: releaseAt(paths, release).app,
      variables: environment.variables,
      limits: webLimits(record),
      redact: redactorFor(environment),
    };
  };
  const once: ThisMachine["runOnce"] = async ({ release, command, variables, onOutput }, signal) => {
    const [{ runOnce }, request] = await Promise.all([import("./run-once.ts"), oneOff(release, command)]);
    return runOnce({ ...request, variables: { ...request.variables, ...variables }, onOutput }, signal);
  };
  const stop = async (select: InstanceSelection, signal: AbortSignal): Promise<void> => {
    if ((await supervisorState(at, signal)) === undefined) return;
    await untilQuiet({ places, release: select.release, now }, signal);
    await stopInstances(at, select, signal);
  };

  return {
    name: "this-machine",
    oneOff,
    async replaceOlderSupervisor(signal) {
      if ((await whoRuns(at, signal)).kind !== "foreign") return;
      const { ensureSupervisorOnly } = await import("./ensure-agents.ts");
      await ensureSupervisorOnly({ ...parts, places }, signal);
    },

    async observe(signal): Promise<HostState> {
      const [releases, current, routes, supervisor, freeBytes] = await Promise.all([
        listReleases(paths),
        currentRelease(paths),
        routesInForce(places.run),
        supervisorState(at, signal),
        freeBytesOf(machine.home),
      ]);
      return {
        host: "this-machine",
        clock: now(),
        freeBytes,
        releases,
        current,
        routes,
        instances: supervisor?.instances ?? [],
        supervised: supervisor !== undefined,
        problem: supervisor?.problem,
      };
    },

    async placeRelease({ release, variables, persist }, signal) {
      signal.throwIfAborted();
      const all = releaseVariables({ release, environment, paths, homeFolder: parts.homeFolder, variables });
      const { placeRelease } = await import("../place-release.ts");
      await placeRelease(paths, machine, { release, variables: all, persist }, signal);
    },
    readRelease: (release) => readRelease(paths, release),

    async removeReleases(releases, signal) {
      signal.throwIfAborted();
      const needed = new Set([
        await currentRelease(paths),
        ...Object.keys(await routesInForce(places.run)).map(releaseOf),
      ]);
      for (const release of releases.filter((id) => !needed.has(id))) {
        signal.throwIfAborted();
        await removeRelease(paths, release);
        const leftovers = [join(paths.logs, release), join(paths.run, release)];
        await Promise.all(leftovers.map((folder) => rm(folder, { recursive: true, force: true })));
      }
      const kept = (await listReleases(paths)).filter(({ damaged }) => damaged === undefined);
      const { pruneStatic } = await import("../static-files.ts");
      await pruneStatic(
        paths,
        kept.map(({ id }) => id),
      );
    },

    async setCurrent(release, signal) {
      signal.throwIfAborted();
      if (release === undefined) return rm(paths.current, { force: true });
      const temporary = `${paths.current}.${process.pid}.tmp`;
      await rm(temporary, { force: true });
      await symlink(join(basename(paths.releases), release), temporary);
      await rename(temporary, paths.current);
    },

    async publishStatic(release, signal) {
      const { publishStatic } = await import("../static-files.ts");
      return (await publishStatic(paths, release, signal)).replaced;
    },

    // What starts programs is loaded when it is needed: `cozy status` starts nothing, and is to answer at once.
    async ensureAgents(proxy, signal) {
      const { ensureAgents } = await import("./ensure-agents.ts");
      return ensureAgents({ ...parts, places, proxy }, signal);
    },
    async stopAgents(signal) {
      // One that was killed together with its keeper has left instances that only a new one can end.
      if (lastOwner(paths.supervisor).fate === "died") {
        const { ensureSupervisorOnly } = await import("./ensure-agents.ts");
        await ensureSupervisorOnly({ ...parts, places }, signal);
      }
      await shutdown(at, signal);
      // The short name is made again when it is needed; nothing of a stopped environment stays outside its folder.
      if (places.run !== paths.run) await rm(places.run, { force: true });
    },

    async startInstances(select, signal) {
      signal.throwIfAborted();
      const specs = instanceSpecs(await readRelease(paths, select.release), select, paths, places.run);
      const folders = [join(paths.logs, select.release), join(paths.run, select.release)];
      await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true, mode: 0o700 })));
      await startInstances(at, specs, signal);
      await retireInstances(at, select, undefined, signal);
    },
    stopInstances: stop,
    retireInstances: (select, when, signal) => retireInstances(at, select, when, signal),

    awaitReady: (release, check, before, signal) => awaitReady(view, release, check, before, signal),
    awaitSteady: (select, forMs, before, signal) => awaitSteady(view, select, forMs, before, signal),
    async smoke(release, checks, signal) {
      const running = await listInstances(at, signal);
      const sockets = running
        .filter(({ id }) => id.release === release)
        .flatMap(({ socket }) => socket ?? []);
      const run = (command: readonly string[], within: AbortSignal) => once({ release, command }, within);
      return smokeRelease({ sockets, run }, checks, signal);
    },

    runOnce: once,

    async backUpDatabase(name, signal) {
      signal.throwIfAborted();
      return backUpSqlite(databaseFile(paths), paths.backups, name);
    },

    async switchRoutes(token, shares, signal) {
      signal.throwIfAborted();
      await fenced(parts.lease, token, () => switchRoutes(places.run, shares, now()));
    },
    async prove(check, signal) {
      const table = await readRoutes(places.run);
      if (table === undefined) return { served: {}, failures: ["no route table is in force"] };
      const { address, port } = environment.target;
      const reachable = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
      return prove({ address: reachable, port, tokenFile: proofTokenFile(paths), table, check }, signal);
    },
    async inFlight(signal) {
      const counts = Object.entries(await inFlight(places.proxySocket, signal));
      return Object.fromEntries(counts.map(([socket, count]) => [named(socket), count]));
    },
  };
}

/** Takes the values of a release's secrets out of what its processes print. */
function redactorFor({ variables, secrets }: EnvironmentRecord): (line: string) => string {
  return redactor(secrets.map((name) => variables[name] ?? ""));
}

/** A log line may hold a whole stack trace; the log itself has all of it. */
function shortened(line: string): string {
  return line.length <= 240 ? line : `${line.slice(0, 240)} …`;
}

async function freeBytesOf(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return 0; // cozy's folder is not there yet; the first step that writes says what is wrong, if anything
  }
}

function webLimits({
  processes,
}: {
  readonly processes: Readonly<Record<string, { readonly limits: Limits }>>;
}): Limits {
  return processes["web"]?.limits ?? { memoryBytes: undefined, openFiles: undefined };
}
