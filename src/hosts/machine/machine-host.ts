import { rename, rm, statfs, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { thisPlatform } from "../../artifacts/platform.ts";
import type { InstanceStatus } from "../../instances/instance.ts";
import type { Instances } from "../../instances/instances.ts";
import type { InstanceLogs } from "../../logs/instance-logs.ts";
import type { Environment, Limits } from "../../project/project.ts";
import type { Proxy } from "../../routing/proxy-port.ts";
import { readRoutes } from "../../routing/table-files.ts";
import { redactor } from "../../secrets/redactor.ts";
import type { EnvironmentPaths, MachinePaths } from "../environment-paths.ts";
import { hostMemory } from "../host-memory.ts";
import type { AgentsReport, CommandResult, Host, HostState, ProxySettings, ReleaseRecord } from "../host.ts";
import {
  listReleases,
  readRelease,
  readReleaseEnvironment,
  releaseAt,
  type EnvironmentRecord,
} from "../release-folder.ts";
import type { Rotation } from "../rotation-file.ts";
import { readScale, writeScale } from "../scale-file.ts";
import { awaitReady } from "./await-ready.ts";
import { awaitSteady } from "./await-steady.ts";
import { currentRelease } from "./current-release.ts";
import type { InstanceView } from "./instance-view.ts";
import type { OnceRequest } from "./once-request.ts";
import { untilQuiet } from "./quiet.ts";
import { agentsFor, needsAgents, type ReleaseAgents } from "./release-agents.ts";
import { releaseVariables } from "./release-variables.ts";
import { smokeRelease } from "./smoke.ts";
import { startRelease } from "./start-release.ts";
import { routesInForce, switchRoutes } from "./switch-routes.ts";
import { typesOf } from "./types-of.ts";
import { untilInUse } from "./until-in-use.ts";

/** What differs from one kind of machine to another: who runs instances, who serves, where output is kept. */
export interface MachineParts {
  readonly name: string;
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  /** The run folder by its short name: sockets and route tables are reached by it. */
  readonly runFolder: string;
  readonly environment: Pick<Environment, "database" | "media">;
  /** The home folder that the release's processes are told. */
  readonly homeFolder: string;
  readonly now: () => number;
  readonly instances: Instances;
  readonly supervision: Supervision;
  readonly proxy: Proxy;
  readonly logs: InstanceLogs;
  readonly runOnce: (request: OnceRequest, signal: AbortSignal) => Promise<CommandResult>;
  /** What of cozy's own a release can be started with. */
  readonly agentFiles: (signal: AbortSignal) => Promise<ReleaseAgents>;
  /** Runs an action while it is certain that nobody holds a newer token than this one. */
  readonly fenced: <T>(token: number, action: () => Promise<T>) => Promise<T>;
  /** Gives the newest token that this machine knows of, this one included. */
  readonly raiseFence: (token: number) => Promise<number>;
  /** Where a balancer stands in front. */
  readonly rotation?: Rotation | undefined;
  /** Whether the application has a user of its own, who is not the one that lays releases. */
  readonly hasOwnUser?: boolean | undefined;
  /** What stands before every command of a release, where it is to be kept off the rest of the machine. */
  readonly seal?: Seal | undefined;
}

export interface Seal {
  readonly instance: readonly string[];
  readonly command: readonly string[];
}

/** Whoever keeps the instances and the proxy of an environment running. */
export interface Supervision {
  look(signal: AbortSignal): Promise<Pick<HostState, "supervised" | "problem" | "instances">>;
  ensure(proxy: ProxySettings, signal: AbortSignal): Promise<AgentsReport>;
  /** Ends every instance, and what runs for this environment alone. */
  stop(signal: AbortSignal): Promise<void>;
}

/** A host whose files and processes are on the machine that this code runs on. */
export interface MachineHost extends Host {
  /** What it takes to run a command of a release: for a caller that hands its own terminal to it. */
  oneOff(release: string, command: readonly string[]): Promise<OnceRequest>;
}

export function machineHost(parts: MachineParts): MachineHost {
  const { name, machine, paths, runFolder, environment, now, instances, supervision, proxy } = parts;
  const accessLog = join(paths.logs, "access.log");
  const view = viewOf(parts);
  const parseLine = (line: string) => proxy.parseLine(line);

  const oneOff: MachineHost["oneOff"] = async (release, command) => {
    const [variables, record] = await Promise.all([
      readReleaseEnvironment(paths, release),
      readRelease(paths, release),
    ]);
    const folder = releaseAt(paths, release).app;
    // The agent needs this for few commands, and each of its starts would load it.
    const asksNpm = record.stack === "node" && (command[0] === "npm" || command[0] === "npx");
    const run = asksNpm
      ? await (await import("../../stacks/release-commands.ts")).releaseCommand(command, folder)
      : command;
    return {
      release,
      command: [...(parts.seal?.command ?? []), ...run],
      folder,
      variables: variables.variables,
      limits: webLimits(record),
      redact: redactorFor(variables),
    };
  };
  const once: Host["runOnce"] = async ({ release, command, variables, onOutput }, signal) => {
    const request = await oneOff(release, command);
    return parts.runOnce({ ...request, variables: { ...request.variables, ...variables }, onOutput }, signal);
  };

  return {
    name,
    oneOff,

    async observe(signal): Promise<HostState> {
      const [releases, current, routes, seen, freeBytes, scale, inRotation] = await Promise.all([
        listReleases(paths),
        currentRelease(paths),
        routesInForce(runFolder),
        supervision.look(signal),
        freeBytesOf(machine.home),
        readScale(paths),
        parts.rotation?.isIn(),
      ]);
      const types = await typesOf(paths, seen.instances);
      const kept = { releases, current, routes, types, scale, inRotation };
      return { host: name, clock: now(), freeBytes, memory: hostMemory(), ...kept, ...seen };
    },

    async platform(signal) {
      signal.throwIfAborted();
      return thisPlatform();
    },

    async placeRelease({ release, variables, persist }, signal) {
      signal.throwIfAborted();
      const { homeFolder, hasOwnUser } = parts;
      const all = releaseVariables({ release, environment, paths, homeFolder, variables });
      const { placeRelease } = await import("../place-release.ts");
      // Most releases need nothing of cozy's own in their folders, and it is not looked for then.
      const agents = needsAgents(release) ? agentsFor(release, await parts.agentFiles(signal)) : {};
      const laying = { release, variables: all, persist, agents, hasOwnUser };
      await placeRelease(paths, machine, laying, signal);
    },
    readRelease: (release) => readRelease(paths, release),
    async readReleases() {
      const whole = (await listReleases(paths)).filter(({ damaged }) => damaged === undefined);
      return Promise.all(whole.map(({ id }) => readRelease(paths, id)));
    },

    async removeReleases(releases, signal) {
      signal.throwIfAborted();
      const { removeReleases } = await import("./remove-releases.ts");
      await removeReleases(paths, runFolder, releases, signal);
    },

    async setCurrent(release, signal) {
      signal.throwIfAborted();
      // So that it can be taken back where it could not be done.
      if ((await currentRelease(paths)) === release) return;
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

    ensureAgents: (settings, signal) => supervision.ensure(settings, signal),
    stopAgents: (signal) => supervision.stop(signal),

    async startInstances(select, signal) {
      signal.throwIfAborted();
      const seal = parts.seal?.instance ?? [];
      await startRelease({ instances, paths, runFolder, seal, select }, signal);
    },
    async stopInstances(select, signal) {
      await untilQuiet({ runFolder, proxy, select, now }, signal);
      return { killed: await instances.stop(select, signal) };
    },
    retireInstances: (select, when, signal) => instances.retire(select, when, signal),

    awaitReady: (release, check, before, signal) => awaitReady(view, release, check, before, signal),
    awaitSteady: (request, signal) => awaitSteady(view, request, signal),
    async smoke(release, checks, signal) {
      const [running, { variables, secrets }] = await Promise.all([
        instances.list(signal),
        readReleaseEnvironment(paths, release),
      ]);
      const web = running.filter(({ id, socket }) => id.release === release && socket !== undefined);
      const sockets = web.flatMap(({ socket }) => socket ?? []);
      const run = (command: readonly string[], within: AbortSignal) => once({ release, command }, within);
      const answers = await smokeRelease({ sockets, variables, secrets, run }, checks, signal);
      const [first] = web;
      if (first === undefined || answers.every(({ ok }) => ok)) return answers;
      const tail = await view.tail(first, signal);
      return answers.map((answer) => (answer.ok ? answer : { ...answer, tail }));
    },

    runOnce: once,

    async raiseFence(token, signal) {
      signal.throwIfAborted();
      return parts.raiseFence(token);
    },
    async setRotation(inRotation, signal) {
      signal.throwIfAborted();
      await parts.rotation?.set(inRotation);
    },
    async switchRoutes(token, shares, signal) {
      signal.throwIfAborted();
      await parts.fenced(token, () => switchRoutes(runFolder, shares, now()));
      await untilInUse({ runFolder, proxy, now }, signal);
    },
    async prove(check, signal, beside) {
      const table = await readRoutes(runFolder);
      if (table === undefined) return { served: {}, failures: ["no route table is in force"] };
      return proxy.prove({ table, check, beside }, signal);
    },
    async traffic(request, signal) {
      const { readTraffic } = await import("./traffic.ts");
      return readTraffic(accessLog, request, signal, parseLine);
    },
    async trafficBefore(request, signal) {
      const { readTrafficBefore } = await import("./traffic.ts");
      return readTrafficBefore(accessLog, request, signal, parseLine);
    },
    async countRequests(spans, signal) {
      const { countLogged } = await import("./count-logged.ts");
      return countLogged(accessLog, proxy, spans, signal);
    },
    inFlight: (signal) => proxy.inFlight(signal),
  };
}

/** How many of its last lines tell what is wrong with an instance. */
const tailLines = 12;

function viewOf({ paths, instances, logs, now }: MachineParts): InstanceView {
  return {
    instances: (signal) => instances.list(signal),
    async tail({ id }: InstanceStatus, signal) {
      const lines = await logs.tail(id, tailLines, signal);
      const redact = redactorFor(await readReleaseEnvironment(paths, id.release));
      return lines.map((line) => shortened(redact(line)));
    },
    listens: async (release) => (await readRelease(paths, release)).processes["web"]?.listen ?? "socket",
    watch: (status, text) => logs.watch(status, text),
    now,
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

function webLimits({ processes }: Pick<ReleaseRecord, "processes">): Limits {
  return processes["web"]?.limits ?? { memoryBytes: undefined, openFiles: undefined };
}
