import {
  instanceName,
  isSelected,
  type InstanceSelection,
  type InstanceSpec,
  type InstanceStatus,
  type KilledInstance,
} from "../instance.ts";
import { findProcess } from "./find-process.ts";
import type { KeptInstance } from "./kept-state.ts";
import { adoptedProcess } from "./running-process.ts";
import { SupervisedInstance } from "./supervised-instance.ts";
import type { Surroundings } from "./surroundings.ts";

/** All instances of the environment, by name. */
export class InstanceRoster {
  readonly #instances = new Map<string, SupervisedInstance>();
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Takes over from an earlier supervisor: what runs is adopted, what is gone is started, what was being stopped is stopped. */
  async comeBack(all: readonly KeptInstance[]): Promise<void> {
    const taken = new Set(all.map((kept) => kept.process?.pid));
    for (const kept of all) {
      const found = await findProcess(kept, (pid) => taken.has(pid));
      taken.add(found?.pid);
      const instance = this.#add(kept.spec);
      const { now, watch } = this.#around;
      const startedAt = found?.pid === kept.process?.pid ? kept.process?.startedAt : undefined;
      await instance.comeBack(kept, found && adoptedProcess(found, watch, now), startedAt ?? now());
    }
    for (const instance of this.#instances.values()) if (!instance.wanted) this.#stopUnasked(instance);
    await this.#around.save();
  }

  /** The order is on the disk before the first process starts: a supervisor that dies in between knows what to look for. */
  async start(specs: readonly InstanceSpec[]): Promise<readonly InstanceStatus[]> {
    const instances = specs.map(
      (spec) => [this.#instances.get(instanceName(spec.id)) ?? this.#add(spec), spec] as const,
    );
    for (const [instance] of instances) instance.wanted = true;
    await this.#around.save();
    await Promise.all(instances.map(([instance, spec]) => instance.start(spec)));
    await this.#around.save();
    return instances.map(([instance]) => instance.status());
  }

  /** Gives those that had to be killed. */
  async stop(select: InstanceSelection): Promise<readonly KilledInstance[]> {
    return this.#stop(this.#selected(select));
  }

  async stopAll(): Promise<void> {
    await this.#stop([...this.#instances.values()]);
  }

  async restart(select: InstanceSelection): Promise<readonly InstanceStatus[]> {
    const instances = this.#selected(select);
    await Promise.all(instances.map((instance) => instance.restart()));
    await this.#around.save();
    return instances.map((instance) => instance.status());
  }

  async retire(select: InstanceSelection, at: number | undefined): Promise<readonly InstanceStatus[]> {
    const instances = this.#selected(select);
    for (const instance of instances) instance.retire(at);
    await this.#around.save();
    return instances.map((instance) => instance.status());
  }

  checkMemory(): void {
    for (const instance of this.#instances.values()) instance.checkMemory();
  }

  statuses(): readonly InstanceStatus[] {
    return [...this.#instances.values()].map((instance) => instance.status());
  }

  kept(): readonly KeptInstance[] {
    return [...this.#instances.values()].map((instance) => instance.kept());
  }

  logFiles(): readonly string[] {
    return [...this.#instances.values()].map((instance) => instance.logFile);
  }

  #selected(select: InstanceSelection): readonly SupervisedInstance[] {
    return [...this.#instances.values()].filter((instance) => isSelected(instance.id, select));
  }

  #add(spec: InstanceSpec): SupervisedInstance {
    const instance = new SupervisedInstance(spec, this.#around, (retired) => {
      this.#around.log("retired", { name: retired.name });
      this.#stopUnasked(retired);
    });
    this.#instances.set(instance.name, instance);
    return instance;
  }

  async #stop(instances: readonly SupervisedInstance[]): Promise<readonly KilledInstance[]> {
    const stopping = Promise.allSettled(instances.map((instance) => this.#stopAndForget(instance)));
    // That they are to end is written down while they do, so that a supervisor that dies meanwhile does not bring them back.
    await this.#around.save();
    const outcomes = await stopping;
    const failed = outcomes.find((outcome) => outcome.status === "rejected");
    // Nor for this: whoever finds it noted that they are to end finds them gone.
    void this.#around.save();
    if (failed !== undefined) throw failed.reason;
    return outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? (outcome.value ?? []) : []));
  }

  async #stopAndForget(instance: SupervisedInstance): Promise<KilledInstance | undefined> {
    const killed = await instance.stop();
    // It may have been asked for again in the meantime.
    if (!instance.wanted) this.#instances.delete(instance.name);
    return killed;
  }

  #stopUnasked(instance: SupervisedInstance): void {
    void this.#stop([instance]).catch((error: unknown) => {
      this.#around.log("not-stopped", { name: instance.name, problem: String(error) });
    });
  }
}
