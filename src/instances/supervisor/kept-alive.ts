import type { InstanceState, LastExit } from "../instance.ts";
import { messageOf } from "../../shared/thrown.ts";
import { backOff, type BackOff } from "./back-off.ts";
import type { KeptProcess } from "./kept-state.ts";
import { endGroup } from "./process-group.ts";
import type { RunningProcess } from "./running-process.ts";
import type { Surroundings } from "./surroundings.ts";

/** A process that is started again when it ends, and how to do so. */
export interface Recipe {
  /** For the log. */
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutMs: number;
  /** Whether what it leaves behind in its process group ends with it. */
  readonly ownsGroup: boolean;
  launch(): Promise<RunningProcess>;
}

/** Whether it ended by itself when it was told to, or had to be killed. */
export type Stopped = "ended" | "killed";

/** A process that outlived SIGKILL, as one does that waits for a broken disk. */
export class NotStopped extends Error {
  override readonly name = "NotStopped";
}

/** How long after SIGKILL a process may take to be gone. */
const killedWithinMs = 10_000;

/** Keeps one process running until it is told to stop. */
export class KeptAlive {
  state: InstanceState = "stopped";
  restarts = 0;
  lastExit: LastExit | undefined;
  problem: string | undefined;

  readonly #recipe: Recipe;
  readonly #around: Surroundings;
  readonly #backOff: BackOff;
  #running: { readonly process: RunningProcess; readonly startedAt: number } | undefined;
  /** Resolves when the last process and what it left behind are gone. */
  #over: Promise<void> = Promise.resolve();
  #wanted = false;
  #timer: NodeJS.Timeout | undefined;
  #launching: Promise<void> | undefined;
  #stopping: Promise<Stopped> | undefined;

  constructor(recipe: Recipe, around: Surroundings) {
    this.#recipe = recipe;
    this.#around = around;
    this.#backOff = backOff(around.timing, around.random);
  }

  get process(): KeptProcess | undefined {
    if (this.#running === undefined) return undefined;
    return { ...this.#running.process.identity, startedAt: this.#running.startedAt };
  }

  /** Starts it, unless it runs or is about to be started again. Resolves when the process is there or could not be had. */
  async start(): Promise<void> {
    this.#wanted = true;
    if (this.state === "stopped") await this.#launch();
  }

  /** Goes on with a process that runs already. */
  adopt(process: RunningProcess, startedAt: number): void {
    this.#wanted = true;
    this.#begin(process, startedAt);
    this.#around.log("adopted", { name: this.#recipe.name, pid: process.identity.pid });
  }

  /** Starts anew what ended while nobody saw it. */
  async startAfterUnseenEnd(): Promise<void> {
    this.lastExit = { code: null, signal: null, at: this.#around.now() };
    this.restarts += 1;
    await this.start();
  }

  /** Stops it for good: by its signal first, by SIGKILL to the whole group when it takes too long. */
  async stop(): Promise<Stopped> {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stopping ??= this.#end().finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  /** Stops it and starts it at once. */
  async restart(): Promise<void> {
    await this.stop();
    this.restarts += 1;
    await this.start();
  }

  /** Lets go of the process without ending it: it is somebody else's from now on. */
  letGo(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#running = undefined;
    this.state = "stopped";
  }

  #launch(): Promise<void> {
    if (this.#around.isLeaving()) return Promise.resolve();
    this.#launching ??= this.#tryLaunch().finally(() => {
      this.#launching = undefined;
    });
    return this.#launching;
  }

  async #tryLaunch(): Promise<void> {
    this.state = "starting";
    try {
      this.#begin(await this.#recipe.launch(), this.#around.now());
      this.#around.log("started", { name: this.#recipe.name, pid: this.process?.pid });
    } catch (error) {
      this.state = "failed";
      this.problem = messageOf(error);
      this.#around.log("not-started", { name: this.#recipe.name, problem: this.problem });
      if (this.#wanted) this.#startAgainIn(this.#backOff.next(0));
    }
  }

  #begin(process: RunningProcess, startedAt: number): void {
    this.#running = { process, startedAt };
    this.#over = process.ended.then((exit) => this.#ended(process, exit, startedAt));
    this.state = "running";
    this.problem = undefined;
  }

  async #ended(process: RunningProcess, exit: LastExit, startedAt: number): Promise<void> {
    if (this.#running?.process !== process) return;
    this.#running = undefined;
    this.lastExit = exit;
    const ranForMs = exit.at - startedAt;
    const { name, ownsGroup } = this.#recipe;
    const { pid } = process.identity;
    const waitMs = this.#wanted ? this.#backOff.next(ranForMs) : undefined;
    this.#around.log("ended", {
      name,
      pid,
      code: exit.code,
      signal: exit.signal,
      ranForMs,
      startsAgainInMs: waitMs,
    });
    if (waitMs !== undefined) this.state = "backing-off";
    // What it left behind may still hold the files and ports that the next one needs.
    if (ownsGroup) await endGroup(pid);
    if (waitMs !== undefined && this.#wanted) this.#startAgainIn(waitMs);
  }

  #startAgainIn(waitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.restarts += 1;
      void this.#launch().then(this.#around.save);
    }, waitMs);
    void this.#around.save();
  }

  async #end(): Promise<Stopped> {
    let how: Stopped = "ended";
    await this.#launching;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#running !== undefined) {
      this.state = "stopping";
      how = await this.#endProcess(this.#running.process);
    }
    await this.#over;
    this.state = "stopped";
    return how;
  }

  async #endProcess(process: RunningProcess): Promise<Stopped> {
    const { name, stopSignal, stopTimeoutMs } = this.#recipe;
    process.hurry();
    process.signal(stopSignal);
    if (await within(this.#over, stopTimeoutMs)) return "ended";
    this.#around.log("killed", { name, pid: process.identity.pid, afterMs: stopTimeoutMs });
    process.killGroup();
    if (await within(this.#over, killedWithinMs)) return "killed";
    this.problem = `process ${process.identity.pid} of ${name} is still there ${killedWithinMs / 1000} s after SIGKILL`;
    throw new NotStopped(this.problem);
  }
}

/** Whether it came in time. */
async function within(what: Promise<void>, forMs: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  // A timer of Node fires at once when it is told to wait longer than this.
  const timer = setTimeout(() => resolve(false), Math.min(forMs, 2 ** 31 - 1));
  try {
    return await Promise.race([what.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
