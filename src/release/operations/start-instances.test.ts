import { describe, expect, it } from "vitest";
import type { OperationContext } from "../../engine/operation.ts";
import { fakeHost } from "../../hosts/fake-host.ts";
import { processType, sampleProject, sampleWorld } from "../testing.ts";
import { serve } from "../testing-fleet.ts";
import type { HostWorld } from "../world.ts";
import { startInstances, type StartInstancesInput } from "./start-instances.ts";

const signal = new AbortController().signal;
const project = sampleProject({ processes: { web: processType(["w"], 2) } });

/** A host on which `new` serves with two instances, and what takes its start back. */
async function started(more: Partial<StartInstancesInput> = {}) {
  const host = fakeHost("web-1");
  await serve(host, project, "new", true);
  const input = { host: "web-1", release: "new", types: ["web"], count: 2, warmUntil: null, ...more };
  const world = { ...sampleWorld(host), host: () => host };
  const context: OperationContext<HostWorld> = {
    world,
    signal,
    token: 1,
    now: () => 0,
    progress: () => {},
    output: () => {},
    watched: () => {},
    warn: () => {},
    note: () => {},
  };
  return { host, undo: async () => startInstances.undo?.(input, context) };
}

describe("the undo of a start", () => {
  it.each([null, 1_000])(
    "leaves what has traffic, because a switch could not be taken back (%s)",
    async (warmUntil) => {
      const { host, undo } = await started({ warmUntil });
      await expect(undo()).rejects.toMatchObject({ code: "still-served" });
      const { instances } = await host.observe(signal);
      expect(instances.map(({ state, retireAt }) => [state, retireAt])).toEqual([
        ["running", undefined],
        ["running", undefined],
      ]);
    },
  );

  it("ends what has none", async () => {
    const { host, undo } = await started();
    await host.switchRoutes(1, [], signal);
    await undo();
    expect((await host.observe(signal)).instances).toEqual([]);
  });

  it("ends none of those that ran before, with traffic or without", async () => {
    const { host, undo } = await started({ keeps: { web: 2 } });
    await undo();
    expect((await host.observe(signal)).instances).toHaveLength(2);
  });
});
