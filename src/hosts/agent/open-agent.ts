import { CozyError } from "../../errors/cozy-error.ts";
import type { Connection, OpenCommand } from "../ssh/connection.ts";
import { wireFormat, type EnvironmentFacts, type Hello } from "./hello.ts";
import {
  installAgent,
  lacksAgent,
  startCommand,
  type AgentPlace,
  type AgentSource,
} from "./install-agent.ts";
import { scriptExits } from "./agent-scripts.ts";
import type { Call } from "./remote-port.ts";
import { remotePorts, type RemotePorts } from "./remote-ports.ts";
import { greet, type Session } from "./session.ts";

export interface AgentParts {
  readonly connection: Connection;
  readonly project: string;
  readonly environment: EnvironmentFacts;
  /** cozy's. */
  readonly version: string;
  /** cozy's folder of agents on the host. */
  readonly folder: string;
  /** The agent's code and its Node; looked for when the first call is made. */
  readonly source: () => Promise<AgentSource>;
}

/** A program of cozy's on a host. */
export interface ProgramParts extends AgentParts {
  /** Starts it if it is there; else the exit code says what is missing. */
  readonly command: (place: AgentPlace) => readonly string[];
}

/** What a program serves on a host: it is started with the first call, and again with the next one after its connection was lost. */
export interface RemoteProgram<Ports> {
  readonly ports: Ports;
  close(): void;
}

/** The agent of a host. */
export type RemoteAgent = RemoteProgram<RemotePorts>;

export function openAgent(parts: AgentParts): RemoteAgent {
  const { project, environment } = parts;
  const command = (place: AgentPlace) => startCommand(place, project, environment.name);
  return openProgram({ ...parts, command }, remotePorts);
}

/** `portsOver` makes the ports from what asks them. */
export function openProgram<Ports>(
  parts: ProgramParts,
  portsOver: (call: Call) => Ports,
): RemoteProgram<Ports> {
  const life = new AbortController();
  let current: Promise<Started> | undefined;

  const start = (): Promise<Started> => {
    const starting = startAgent(parts, life.signal);
    current = starting;
    const forget = () => {
      if (current === starting) current = undefined;
    };
    starting.then(({ session }) => session.lost.addEventListener("abort", forget, { once: true }), forget);
    return starting;
  };

  const ports = portsOver(async (port, method, withinMs, args) => {
    const signal = args.find((arg) => arg instanceof AbortSignal) ?? life.signal;
    signal.throwIfAborted();
    for (let isRepaired = false; ; isRepaired = true) {
      const started = await orAborted(current ?? start(), signal);
      try {
        return await started.session.call(port, method, withinMs, args);
      } catch (error) {
        // Nothing has begun where no agent was: the call can be made again when it is there.
        const exitCode = await endBeforeGreeting(started);
        if (exitCode === undefined) throw error;
        if (isRepaired || !lacksAgent(exitCode))
          throw await notStarted(parts.connection.host, started.opened);
        started.repaired ??= install(parts, exitCode, life.signal);
        await orAborted(started.repaired, signal);
      }
    }
  });
  return {
    ports,
    close() {
      void current?.then(({ session }) => session.close()).catch(() => undefined);
      life.abort(new Error("the connection to the host was closed"));
    },
  };
}

interface Started {
  readonly session: Session;
  readonly opened: OpenCommand;
  greeted: boolean;
  /** What was missing on the host is sent once, however many calls find out. */
  repaired: Promise<void> | undefined;
}

async function startAgent(
  { connection, environment, version, folder, source, command }: ProgramParts,
  life: AbortSignal,
): Promise<Started> {
  const opened = await connection.open(command({ folder, source: await source() }), life);
  const hello: Hello = { format: wireFormat, version, host: connection.host, environment };
  const session = greet(opened.stream, hello, () => lastWords(opened));
  const started: Started = { session, opened, greeted: false, repaired: undefined };
  session.greeted.then(
    () => (started.greeted = true),
    () => undefined,
  );
  return started;
}

async function install({ connection, folder, source }: AgentParts, exitCode: number, life: AbortSignal) {
  const place = { folder, source: await source() };
  await installAgent(place, connection, { node: exitCode === scriptExits.nodeMissing }, life);
}

/** How a program ended that never was an agent; `undefined` where one answered, or where the connection itself was lost. */
async function endBeforeGreeting({ session, opened, greeted }: Started): Promise<number | undefined> {
  if (greeted || !session.lost.aborted) return undefined;
  return (await opened.ended).exitCode ?? undefined;
}

async function lastWords({ ended }: OpenCommand): Promise<readonly string[]> {
  const { exitCode, stderr } = await ended;
  const lines = stderr.trimEnd().split("\n").slice(-10);
  return exitCode === null ? lines : [`cozy's agent there ended with exit code ${exitCode}`, ...lines];
}

async function notStarted(host: string, { ended }: OpenCommand): Promise<CozyError> {
  const { exitCode, stderr } = await ended;
  return new CozyError("agent-not-started", {
    message: `cozy's agent on ${host} ended with exit code ${exitCode} as soon as it was started.`,
    state: `Nothing was changed on ${host}.`,
    next: "cozy setup <environment>",
    details: stderr.trimEnd().split("\n").slice(-10),
  });
}

/** The wait is given up at an abort; what is waited for goes on, because others wait for it too. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(signal.reason);
  signal.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}
