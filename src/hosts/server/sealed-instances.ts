import { spawn } from "node:child_process";
import { mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  instanceName,
  isSelected,
  type InstanceSpec,
  type InstanceStatus,
  type LastExit,
} from "../../instances/instance.ts";
import type { Instances } from "../../instances/instances.ts";
import { makeSocketFolder, readEnvironment } from "../../instances/systemd/instance-folders.ts";
import {
  endOnce,
  openOnce,
  signalOf,
  type OnceParts,
  type OpenOnce,
} from "../../instances/systemd/run-once.ts";
import { noteLogStarts } from "../this-machine/log-starts.ts";

/**
 * Instances of a scratch environment on a server: sealed commands of the application's user, which write into log files. One that ends is
 * not started again, and none outlives whoever started it by more than the next rehearsal.
 */
export function sealedInstances(parts: OnceParts, logs: string): Instances {
  const all = new Map<string, Sealed>();
  const sealed = { ...parts, sealed: true };
  return {
    async start(specs, signal) {
      signal.throwIfAborted();
      for (const [release, ofRelease] of Map.groupBy(specs, ({ id }) => id.release)) {
        await mkdir(join(logs, release), { recursive: true });
        await noteLogStarts(join(logs, release), ofRelease, (spec) => runs(all.get(instanceName(spec.id))));
      }
      for (const spec of specs) {
        const name = instanceName(spec.id);
        const before = all.get(name);
        if (runs(before)) continue;
        await before?.opened.close();
        all.set(name, await started(sealed, spec, parts.now));
      }
      return specs.flatMap(({ id }) => statusOf(all.get(instanceName(id))) ?? []);
    },
    async stop(select, signal) {
      const asked = [...all].filter(([, { spec }]) => isSelected(spec.id, select));
      await Promise.all(
        asked.map(async ([name, one]) => {
          await end(sealed, one, signal);
          all.delete(name);
        }),
      );
      return [];
    },
    retire: async () => Promise.reject(new Error("nothing stays warm in a scratch environment")),
    async list(signal) {
      signal.throwIfAborted();
      return [...all.values()].flatMap((one) => statusOf(one) ?? []);
    },
  };
}

interface Sealed {
  readonly spec: InstanceSpec;
  readonly opened: OpenOnce;
  readonly startedAt: number;
  /** Never rejects. */
  readonly ended: Promise<LastExit>;
  lastExit: LastExit | undefined;
}

function runs(one: Sealed | undefined): boolean {
  return one !== undefined && one.lastExit === undefined;
}

async function started(parts: OnceParts, spec: InstanceSpec, now: () => number): Promise<Sealed> {
  const { command, folder, limits, socket } = spec;
  if (socket !== undefined) {
    await makeSocketFolder(dirname(socket));
    await rm(socket, { force: true });
  }
  const variables = { ...(await readEnvironment(spec.environmentFile)), ...spec.variables };
  const opened = await openOnce(parts, { command, folder, limits, variables }, { terminal: false });
  const [program = "", ...words] = opened.command;
  const log = await open(spec.logFile, "a", 0o600);
  const child = spawn(program, words, { stdio: ["ignore", log.fd, log.fd] });
  const exit = Promise.withResolvers<LastExit>();
  child.once("error", () => exit.resolve({ code: 127, signal: null, at: now() }));
  child.once("exit", (code) => exit.resolve(exitOf(code ?? 1, now())));
  await log.close();
  const one: Sealed = { spec, opened, startedAt: now(), lastExit: undefined, ended: exit.promise };
  void noteEnd(one);
  return one;
}

async function noteEnd(one: Sealed): Promise<void> {
  one.lastExit = await one.ended;
}

function exitOf(exitCode: number, at: number): LastExit {
  const signal = signalOf(exitCode);
  return { code: signal === null ? exitCode : null, signal, at };
}

async function end(parts: OnceParts, one: Sealed, signal: AbortSignal): Promise<void> {
  if (runs(one)) {
    const over = new AbortController();
    const ending = endOnce(parts, one.opened.command, AbortSignal.any([over.signal, signal]));
    await Promise.race([one.ended, ending]);
    over.abort();
    await ending;
    signal.throwIfAborted();
  }
  await one.opened.close();
}

function statusOf(one: Sealed | undefined): InstanceStatus | undefined {
  if (one === undefined) return undefined;
  const { spec, startedAt, lastExit } = one;
  return {
    id: spec.id,
    // An end is told as whoever waits for an instance knows it from those that are started again.
    state: lastExit === undefined ? "running" : "backing-off",
    pid: undefined,
    startedAt,
    restarts: 0,
    lastExit,
    retireAt: undefined,
    memoryBytes: undefined,
    socket: spec.socket,
  };
}
