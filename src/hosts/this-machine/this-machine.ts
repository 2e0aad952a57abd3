import { existsSync } from "node:fs";
import { rename, rm, statfs, symlink } from "node:fs/promises";
import { basename, isAbsolute, join, relative } from "node:path";
import { fenced, type LeasePlace } from "../../engine/lease-store.ts";
import type { InstanceSelection } from "../../instances/instance.ts";
import { lastOwner } from "../../instances/ownership.ts";
import {
  listInstances,
  retireInstances,
  shutdown,
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
import type { Host, HostState, ReleaseRecord, StopReport } from "../host.ts";
import {
  listReleases,
  readRelease,
  readReleaseEnvironment,
  releaseAt,
  type EnvironmentRecord,
} from "../release-folder.ts";
import { readScale, writeScale } from "../scale-file.ts";
import { awaitReady } from "./await-ready.ts";
import { awaitSteady } from "./await-steady.ts";
import { currentRelease } from "./current-release.ts";
import type { InstanceView } from "./instance-view.ts";
import { logStart } from "./log-starts.ts";
import { proofTokenFile, runPlaces } from "./places.ts";
import { untilQuiet } from "./quiet.ts";
import { agentsFor, needsAgents } from "./release-agents.ts";
import { releaseVariables } from "./release-variables.ts";
import type { OnceRequest } from "./run-once.ts";
import { smokeRelease } from "./smoke.ts";
import { startRelease } from "./start-release.ts";
import { routesInForce, switchRoutes } from "./switch-routes.ts";
import { typesOf } from "./types-of.ts";

export interface ThisMachineParts {
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  readonly lease: LeasePlace;
  readonly environment: Environment;
  readonly now: () => number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
  readonly version: string;
  /** What stands before every command of a release, where it is to be kept off the rest of the machine. */
  readonly seal?: { readonly instance: readonly string[]; readonly command: readonly string[] } | undefined;
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
    listens: async (release) => (await readRelease(paths, release)).processes["web"]?.listen ?? "socket",
    async log({ id }) {
      const folder = join(paths.logs, id.release);
      const name = `${id.type}.${id.index}`;
      return { file: join(folder, `${name}.log`), fromBytes: await logStart(folder, name) };
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
      command: [...(parts.seal?.command ?? []), ...command],
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
  const stop = async (select: InstanceSelection, signal: AbortSignal): Promise<StopReport> => {
    if ((await supervisorState(at, signal)) === undefined) return { killed: [] };
    await untilQuiet({ places, select, now }, signal);
    return { killed: await stopInstances(at, select, signal) };
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
      const [releases, current, routes, supervisor, freeBytes, scale] = await Promise.all([
        listReleases(paths),
        currentRelease(paths),
        routesInForce(places.run),
        supervisorState(at, signal),
        freeBytesOf(machine.home),
        readScale(paths),
      ]);
      const instances = supervisor?.instances ?? [];
      return {
        host: "this-machine",
        clock: now(),
        freeBytes,
        releases,
        current,
        routes,
        instances,
        types: await typesOf(paths, instances),
        scale,
        supervised: supervisor !== undefined,
        problem: supervisor?.problem,
      };
    },

    async placeRelease({ release, variables, persist }, signal) {
      signal.throwIfAborted();
      const all = releaseVariables({ release, environment, paths, homeFolder: parts.homeFolder, variables });
      const { placeRelease } = await import("../place-release.ts");
      const agents = await agentsOf(release, parts, signal);
      await placeRelease(paths, machine, { release, variables: all, persist, agents }, signal);
    },
    readRelease: (release) => readRelease(paths, release),

    async removeReleases(releases, signal) {
      signal.throwIfAborted();
      const { removeReleases } = await import("./remove-releases.ts");
      await removeReleases(paths, places.run, releases, signal);
    },

    async setCurrent(release, signal) {
      signal.throwIfAborted();
      if (release === undefined) return rm(paths.current, { force: true });
      const temporary = `${paths.current}.${process.pid}.tmp`;
      await rm(temporary, { force: true });
      await symlink(join(basename(paths.releases), release), temporary);
      await rename(temporary, paths.current);
    },

    async setScale(counts, signal) {
      signal.throwIfAborted();
      await writeScale(paths, counts);
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
      await startRelease(
        { at, paths, runFolder: places.run, seal: parts.seal?.instance ?? [], select },
        signal,
      );
    },
    stopInstances: stop,
    retireInstances: (select, when, signal) => retireInstances(at, select, when, signal),

    awaitReady: (release, check, before, signal) => awaitReady(view, release, check, before, signal),
    awaitSteady: (request, signal) => awaitSteady(view, request, signal),
    async smoke(release, checks, signal) {
      const [running, { variables, secrets }] = await Promise.all([
        listInstances(at, signal),
        readReleaseEnvironment(paths, release),
      ]);
      const web = running.filter(({ id, socket }) => id.release === release && socket !== undefined);
      const sockets = web.flatMap(({ socket }) => socket ?? []);
      const run = (command: readonly string[], within: AbortSignal) => once({ release, command }, within);
      const answers = await smokeRelease({ sockets, variables, secrets, run }, checks, signal);
      const [first] = web;
      if (first === undefined || answers.every(({ ok }) => ok)) return answers;
      const tail = await view.tail(first);
      return answers.map((answer) => (answer.ok ? answer : { ...answer, tail }));
    },

    runOnce: once,

    async switchRoutes(token, shares, signal) {
      signal.throwIfAborted();
      await fenced(parts.lease, token, () => switchRoutes(places.run, shares, now()));
    },
    async prove(check, signal, beside) {
      const table = await readRoutes(places.run);
      if (table === undefined) return { served: {}, failures: ["no route table is in force"] };
      const { address, port } = environment.target;
      const reachable = address === "0.0.0.0" ? "127.0.0.1" : address === "::" ? "::1" : address;
      const tokenFile = proofTokenFile(paths);
      return prove({ address: reachable, port, tokenFile, table, check, beside }, signal);
    },
    async traffic(request, signal) {
      const { readTraffic } = await import("./traffic.ts");
      return readTraffic(join(paths.logs, "access.log"), request, signal);
    },
    async trafficBefore(request, signal) {
      const { readTrafficBefore } = await import("./traffic.ts");
      return readTrafficBefore(join(paths.logs, "access.log"), request, signal);
    },
    async countRequests(spans, signal) {
      const { countLogged } = await import("./count-logged.ts");
      return countLogged(join(paths.logs, "access.log"), places.proxySocket, spans, signal);
    },
    async inFlight(signal) {
      const counts = Object.entries(await inFlight(places.proxySocket, signal));
      return Object.fromEntries(counts.map(([socket, count]) => [named(socket), count]));
    },
  };
}

/** Most releases need nothing of cozy's own in their folders, and it is not looked for then. */
async function agentsOf(release: ReleaseRecord, parts: ThisMachineParts, signal: AbortSignal) {
  if (!needsAgents(release)) return {};
  const { agentFiles } = await import("./ensure-agents.ts");
  return agentsFor(release, await agentFiles(parts, signal));
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
