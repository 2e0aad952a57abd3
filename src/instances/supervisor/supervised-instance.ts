import { isDeepStrictEqual } from "node:util";
import {
  instanceName,
  type InstanceId,
  type InstanceSpec,
  type InstanceState,
  type InstanceStatus,
  type KilledInstance,
} from "../instance.ts";
import { KeptAlive } from "./kept-alive.ts";
import type { KeptInstance } from "./kept-state.ts";
import { launchInstance } from "./launch.ts";
import { memoryOf } from "./memory.ts";
import type { RunningProcess } from "./running-process.ts";
import type { Surroundings } from "./surroundings.ts";

/** One instance, from the order to start it until it is forgotten. What it is told is done one after the other. */
export class SupervisedInstance {
  /** Whether it should be there; one that should not is forgotten once it has ended. */
  wanted = true;
  #spec: InstanceSpec;
  #life: KeptAlive;
  #retireAt: number | undefined;
  #retireTimer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  readonly #around: Surroundings;
  readonly #onRetire: (instance: SupervisedInstance) => void;

  constructor(spec: InstanceSpec, around: Surroundings, onRetire: (instance: SupervisedInstance) => void) {
    this.#spec = spec;
    this.#around = around;
    this.#onRetire = onRetire;
    this.#life = this.#newLife();
  }

  get id(): InstanceId {
    return this.#spec.id;
  }

  get name(): string {
    return instanceName(this.#spec.id);
  }

  get logFile(): string {
    return this.#spec.logFile;
  }

  /** Takes up what an earlier supervisor has written down: the process if it still runs, else it is started. */
  async comeBack(kept: KeptInstance, found: RunningProcess | undefined, startedAt: number): Promise<void> {
    this.#life.restarts = kept.restarts;
    this.#life.lastExit = kept.lastExit;
    this.wanted = kept.stopping !== true;
    if (this.wanted) this.retire(kept.retireAt);
    if (found !== undefined) this.#life.adopt(found, startedAt);
    else if (this.wanted && kept.process === undefined) await this.#inTurn(() => this.#life.start());
    else if (this.wanted) await this.#inTurn(() => this.#life.startAfterUnseenEnd());
  }

  /** Takes a retirement back. Another spec stops what runs by the present one, and starts it by the new one. */
  start(spec: InstanceSpec): Promise<void> {
    this.wanted = true;
    this.retire(undefined);
    return this.#inTurn(async () => {
      if (!isDeepStrictEqual(spec, this.#spec)) {
        await this.#life.stop();
        this.#spec = spec;
        this.#life = this.#newLife();
      }
      if (this.wanted) await this.#life.start();
    });
  }

  /** Gives itself where it had to be killed. */
  async stop(): Promise<KilledInstance | undefined> {
    this.wanted = false;
    this.retire(undefined);
    const how = await this.#inTurn(() => this.#life.stop());
    return how === "killed" ? { id: this.id, afterMs: this.#spec.stopTimeoutMs } : undefined;
  }

  restart(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.wanted) await this.#life.restart();
    });
  }

  retire(at: number | undefined): void {
    clearTimeout(this.#retireTimer);
    this.#retireAt = at;
    if (at === undefined) return;
    // Looked at again every minute, because the clock may be set.
    const waitMs = Math.min(Math.max(at - this.#around.now(), 0), 60_000);
    this.#retireTimer = setTimeout(() => {
      if (this.#around.now() < at) this.retire(at);
      else this.#onRetire(this);
    }, waitMs);
  }

  /** Restarts it when it takes more memory than it may. */
  checkMemory(): void {
    const limit = this.#spec.limits.memoryBytes;
    if (limit === undefined || this.#life.state !== "running") return;
    const memoryBytes = this.#memory();
    if (memoryBytes === undefined || memoryBytes <= limit) return;
    const { pid } = this.#life.process ?? {};
    this.#around.log("over-memory", { name: this.name, pid, memoryBytes, limitBytes: limit });
    void this.restart()
      .catch((error: unknown) => this.#around.log("not-stopped", { name: this.name, problem: String(error) }))
      .then(this.#around.save);
  }

  status(): InstanceStatus {
    const { process, restarts, lastExit, problem } = this.#life;
    return {
      id: this.#spec.id,
      state: this.#state(),
      pid: process?.pid,
      startedAt: process?.startedAt,
      restarts,
      lastExit,
      retireAt: this.#retireAt,
      memoryBytes: this.#memory(),
      socket: this.#spec.socket,
      problem,
    };
  }

  kept(): KeptInstance {
    return {
      spec: this.#spec,
      process: this.#life.process,
      restarts: this.#life.restarts,
      lastExit: this.#life.lastExit,
      retireAt: this.#retireAt,
      ...(this.wanted ? {} : { stopping: true }),
    };
  }

  #state(): InstanceState {
    const { state } = this.#life;
    if (state === "stopped") return this.wanted ? "starting" : "stopped";
    return this.wanted ? state : "stopping";
  }

  #memory(): number | undefined {
    const { process } = this.#life;
    return process === undefined ? undefined : memoryOf(process.pid);
  }

  #newLife(): KeptAlive {
    const spec = this.#spec;
    return new KeptAlive(
      {
        name: instanceName(spec.id),
        stopSignal: spec.stopSignal,
        stopTimeoutMs: spec.stopTimeoutMs,
        ownsGroup: true,
        launch: () => launchInstance(spec, this.#around.now),
      },
      this.#around,
    );
  }

  /** A failed step is told to whoever asked for it and holds up nobody behind it. */
  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => {});
    return done;
  }
}
