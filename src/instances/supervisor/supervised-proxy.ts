import { dirname } from "node:path";
import { messageOf } from "../../shared/thrown.ts";
import { jsonRequest } from "../json-request.ts";
import { identify, isAlive, type ProcessIdentity } from "../process-identity.ts";
import { protocolFormat, type ProxyAnswer, type ProxySpec, type ProxyStatus } from "../protocol.ts";
import { isCount, isRecord } from "./checks.ts";
import { KeptAlive } from "./kept-alive.ts";
import type { KeptProxy } from "./kept-state.ts";
import { launch } from "./launch.ts";
import { adoptedProcess, type RunningProcess } from "./running-process.ts";
import type { Surroundings } from "./surroundings.ts";

/** The running proxy could not be replaced; it goes on. */
export class HandoverFailed extends Error {
  override readonly name = "HandoverFailed";
}

interface Current {
  readonly spec: ProxySpec;
  readonly life: KeptAlive;
}

/** The one proxy of the environment. A new version takes over from the running one, which ends by itself when it has drained. */
export class SupervisedProxy {
  #current: Current | undefined;
  #draining: readonly ProcessIdentity[] = [];
  #stopping = false;
  #last: Promise<unknown> = Promise.resolve();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  async comeBack(kept: KeptProxy): Promise<void> {
    this.#draining = kept.draining.filter(isAlive);
    if (kept.stopping === true) {
      await this.#comeBackToStop(kept);
      return;
    }
    const life = this.#newLife(kept.spec);
    life.restarts = kept.restarts;
    this.#current = { spec: kept.spec, life };
    if (kept.process !== undefined && isAlive(kept.process)) {
      life.adopt(adoptedProcess(kept.process, this.#around.watch, this.#around.now), kept.process.startedAt);
    } else if (kept.process !== undefined) await life.startAfterUnseenEnd();
    else await life.start();
  }

  /** Makes sure that the proxy of this spec runs. */
  put(spec: ProxySpec): Promise<Pick<ProxyAnswer, "outcome" | "proxy">> {
    const done = this.#last.then(() => this.#put(spec));
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when no handover is under way. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#last;
    await this.#current?.life.stop();
    this.#current = undefined;
    await this.#endDraining();
  }

  status(): ProxyStatus | undefined {
    if (this.#current === undefined) return undefined;
    const { life, spec } = this.#current;
    this.#draining = this.#draining.filter(isAlive);
    return {
      state: life.state === "running" || life.state === "stopped" ? life.state : "backing-off",
      hash: spec.hash,
      pid: life.process?.pid,
      startedAt: life.process?.startedAt,
      restarts: life.restarts,
      draining: this.#draining.map((each) => each.pid),
      problem: life.problem,
    };
  }

  kept(): KeptProxy | undefined {
    if (this.#current === undefined) return undefined;
    const { life, spec } = this.#current;
    return {
      spec,
      process: life.process,
      restarts: life.restarts,
      draining: this.#draining,
      ...(this.#stopping ? { stopping: true } : {}),
    };
  }

  logFiles(): readonly string[] {
    return this.#current === undefined ? [] : [this.#current.spec.logFile];
  }

  async #put(spec: ProxySpec): Promise<Pick<ProxyAnswer, "outcome" | "proxy">> {
    const outcome = await this.#replaceBy(spec);
    await this.#around.save();
    const proxy = this.status();
    if (proxy === undefined) throw new HandoverFailed("the proxy was stopped in the meantime");
    return { outcome, proxy };
  }

  async #replaceBy(spec: ProxySpec): Promise<ProxyAnswer["outcome"]> {
    const before = this.#current;
    if (before?.spec.hash === spec.hash) return "was running";
    if (before?.life.process !== undefined) {
      await this.#handOver(before, before.life.process, spec);
      return "replaced";
    }
    await before?.life.stop();
    const life = this.#newLife(spec);
    this.#current = { spec, life };
    await life.start();
    return before === undefined ? "started" : "replaced";
  }

  async #handOver(before: Current, old: ProcessIdentity, spec: ProxySpec): Promise<void> {
    const next = await this.#askToHandOver(before.spec, spec);
    before.life.letGo();
    this.#around.log("proxy-handed-over", { from: old.pid, to: next.pid });
    const life = this.#newLife(spec);
    life.adopt(adoptedProcess(next, this.#around.watch, this.#around.now), this.#around.now());
    this.#current = { spec, life };
    this.#draining = [...this.#draining.filter(isAlive), { pid: old.pid, mark: old.mark }];
  }

  async #askToHandOver(from: ProxySpec, spec: ProxySpec): Promise<ProcessIdentity> {
    const order = { format: protocolFormat, command: spec.command, settingsFile: spec.settingsFile };
    const deadline = AbortSignal.timeout(this.#around.timing.handoverMs);
    try {
      const { status, body } = await jsonRequest(from.controlSocket, "POST", "/handover", order, deadline);
      const next = status === 200 ? identify(pidIn(body) ?? 0) : undefined;
      if (next !== undefined) return next;
      throw new Error(`the running proxy answered ${status}: ${JSON.stringify(body).slice(0, 500)}`);
    } catch (error) {
      const message = `The proxy was not replaced and goes on as it is: ${messageOf(error)}`;
      this.#around.log("proxy-handover-failed", { message });
      throw new HandoverFailed(message, { cause: error });
    }
  }

  #newLife(spec: ProxySpec): KeptAlive {
    return new KeptAlive(
      {
        name: "proxy",
        stopSignal: "SIGTERM",
        stopTimeoutMs: spec.stopTimeoutMs ?? 10_000,
        // A proxy that took over is a child of the one before, and may be in its group.
        ownsGroup: false,
        launch: () => this.#launch(spec),
      },
      this.#around,
    );
  }

  /** A proxy that answers already has taken over while nobody saw it: this supervisor's predecessor was killed in the middle. */
  async #launch(spec: ProxySpec): Promise<RunningProcess> {
    const answering = await answeringProxy(spec.controlSocket);
    if (answering !== undefined) return adoptedProcess(answering, this.#around.watch, this.#around.now);
    const environment = keptFromOwn(["PATH", "HOME", "TZ", "LANG"]);
    const { command, logFile, settingsFile } = spec;
    return launch({ command, folder: dirname(settingsFile), environment, logFile }, this.#around.now);
  }

  async #comeBackToStop(kept: KeptProxy): Promise<void> {
    if (kept.process !== undefined) this.#draining = [...this.#draining, kept.process];
    await this.#endDraining();
  }

  async #endDraining(): Promise<void> {
    const { watch, now } = this.#around;
    const left = this.#draining.filter(isAlive).map((each) => adoptedProcess(each, watch, now));
    this.#draining = [];
    for (const process of left) {
      process.hurry();
      process.signal("SIGTERM");
      const killed = setTimeout(() => process.signal("SIGKILL"), 5000);
      void process.ended.then(() => clearTimeout(killed));
    }
    await Promise.all(left.map((process) => process.ended));
  }
}

async function answeringProxy(socket: string): Promise<ProcessIdentity | undefined> {
  try {
    const { status, body } = await jsonRequest(socket, "GET", "/state", undefined, AbortSignal.timeout(500));
    const drains = isRecord(body) && body["draining"] === true;
    return status === 200 && !drains ? identify(pidIn(body) ?? 0) : undefined;
  } catch {
    return undefined;
  }
}

function pidIn(body: unknown): number | undefined {
  const pid = isRecord(body) ? body["pid"] : undefined;
  return isCount(pid) && pid > 1 ? pid : undefined;
}

function keptFromOwn(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
