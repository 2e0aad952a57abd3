import { setTimeout as after } from "node:timers/promises";
import type { ProcessType } from "../project/project.ts";
import type { PlannedProcess } from "./dev-plan.ts";
import { Lines } from "./lines.ts";
import { type ProcessTree, type TreeEnd, type TreeStart, startTree } from "./process-tree.ts";

export interface DevProcessPorts {
  readonly start: Omit<TreeStart, "command" | "env">;
  readonly stopSignal: ProcessType["stopSignal"];
  readonly onLine: (stream: "stdout" | "stderr", line: string) => void;
  readonly onStarted: (pid: number, command: readonly string[]) => void;
  /** It ended, and nobody had asked it to. */
  readonly onEnded: (end: TreeEnd) => void;
}

/** How long a process may take to end when it is started anew, before it is killed. */
const graceMs = 2_000;

/** A process that is started anew as often as it takes; never two of them at a time. */
export class DevProcess {
  readonly planned: PlannedProcess;
  readonly #ports: DevProcessPorts;
  #tree: ProcessTree | undefined;
  #isUp = false;
  #isClosed = false;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(planned: PlannedProcess, ports: DevProcessPorts) {
    this.planned = planned;
    this.#ports = ports;
  }

  /** Whether its first process is there. */
  get isUp(): boolean {
    return this.#isUp;
  }

  get hasLeftovers(): boolean {
    return this.#tree?.isAlive() === true;
  }

  /** Throws the system's error where the program can't be started. */
  async start(env: Readonly<Record<string, string>>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#end();
      await this.#begin(env);
    });
  }

  async stop(): Promise<void> {
    return this.#inTurn(() => this.#end());
  }

  /** Asks all of it to end; it is not started again. */
  signalAll(signal: NodeJS.Signals): void {
    this.#isClosed = true;
    this.#tree?.signalAll(signal);
  }

  /** The same by force. */
  killAll(): void {
    this.#isClosed = true;
    this.#tree?.killAll();
  }

  async #begin(env: Readonly<Record<string, string>>): Promise<void> {
    if (this.#isClosed) return;
    const { start, onLine, onStarted } = this.#ports;
    const tree = await startTree({ ...start, command: this.planned.command, env });
    this.#tree = tree;
    this.#isUp = true;
    if (this.#isClosed) tree.killAll(); // it was closed while the system started it
    onStarted(tree.pid, this.planned.command);
    for (const stream of ["stdout", "stderr"] as const) {
      const lines = new Lines((line) => onLine(stream, line));
      tree[stream].on("data", (chunk: Buffer) => lines.push(chunk));
      tree[stream].on("end", () => lines.end());
    }
    void this.#heedEnd(tree);
  }

  async #heedEnd(tree: ProcessTree): Promise<void> {
    const end = await tree.ended;
    if (this.#tree !== tree || !this.#isUp) return;
    this.#isUp = false;
    if (this.#isClosed) return;
    tree.killAll(); // what it leaves behind would hold its port
    this.#ports.onEnded(end);
  }

  /** As a host stops an instance: its own signal to the first process, and then nothing of it may stay. */
  async #end(): Promise<void> {
    const tree = this.#tree;
    if (tree === undefined) return;
    this.#isUp = false;
    if (tree.isAlive()) {
      tree.signalFirst(this.#ports.stopSignal);
      await Promise.race([tree.ended, after(graceMs, undefined, { ref: false })]);
      tree.killAll();
      await Promise.race([tree.ended, after(graceMs, undefined, { ref: false })]);
    }
    this.#tree = undefined;
  }

  async #inTurn(action: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(action);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
