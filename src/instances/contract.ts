import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeBehaviour } from "./fake-instances.ts";
import type { InstanceSpec, InstanceStatus } from "./instance.ts";
import type { Instances } from "./instances.ts";

export interface InstancesUnderTest {
  readonly instances: Instances;
  /** A spec of this name (`r1/web.0`) whose process does that. */
  spec(name: string, behaviour: FakeBehaviour, more?: Partial<InstanceSpec>): InstanceSpec;
  close(): Promise<void>;
}

/** What everything that runs instances must do, whether it is the real one or the fake. */
export function instancesContract(name: string, open: () => Promise<InstancesUnderTest>): void {
  describe(`${name} as Instances`, () => {
    let under: InstancesUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    it("has none at first, and stopping or retiring none is no error", async () => {
      await under.instances.stop({ release: "r1" }, signal());
      await under.instances.retire({ release: "r1" }, 0, signal());
      expect(await under.instances.list(signal())).toEqual([]);
    });

    it("starts what is asked for and tells about it", async () => {
      const started = await under.instances.start(
        [
          under.spec("r1/web.0", "runs", { socket: "/tmp/none/web.0.sock" }),
          under.spec("r1/worker.0", "runs"),
        ],
        signal(),
      );
      expect(started).toMatchObject([
        {
          id: { release: "r1", type: "web", index: 0 },
          state: "running",
          restarts: 0,
          socket: "/tmp/none/web.0.sock",
        },
        { id: { release: "r1", type: "worker", index: 0 }, state: "running", restarts: 0 },
      ]);
      expect(await under.instances.list(signal())).toMatchObject(started.map(({ id, pid }) => ({ id, pid })));
      expect(new Set(started.map(({ pid }) => pid)).size).toBe(2);
      expect(Date.now() - (started[0]?.startedAt ?? 0)).toBeLessThan(60_000);
    });

    it("leaves the process alone when the same spec comes again", async () => {
      const spec = under.spec("r1/web.0", "runs");
      const [first] = await under.instances.start([spec], signal());
      const [again] = await under.instances.start([structuredClone(spec)], signal());
      expect(first?.pid).toBeGreaterThan(1);
      expect(again?.pid).toBe(first?.pid);
    });

    it("starts another process for another spec of the same id", async () => {
      const spec = under.spec("r1/web.0", "runs");
      const [first] = await under.instances.start([spec], signal());
      const changed = { ...spec, variables: { ...spec.variables, LEVEL: "debug" } };
      const [second] = await under.instances.start([changed], signal());
      expect(second).toMatchObject({ state: "running", restarts: 0 });
      expect(second?.pid).not.toBe(first?.pid);
      expect(await under.instances.list(signal())).toHaveLength(1);
    });

    it("stops by release, by process type and by index, and forgets what it stopped", async () => {
      const names = ["r1/web.0", "r1/web.1", "r1/worker.0", "r2/web.0"];
      await under.instances.start(
        names.map((name) => under.spec(name, "runs")),
        signal(),
      );
      await under.instances.stop({ release: "r1", types: ["web"], index: 1 }, signal());
      expect(await idsOf(under)).toEqual(["r1/web.0", "r1/worker.0", "r2/web.0"]);
      await under.instances.stop({ release: "r1", types: ["web"] }, signal());
      expect(await idsOf(under)).toEqual(["r1/worker.0", "r2/web.0"]);
      await under.instances.stop({ release: "r1" }, signal());
      expect(await idsOf(under)).toEqual(["r2/web.0"]);
    });

    it("stops retired ones when their time has come, and no others", async () => {
      await under.instances.start([under.spec("r1/web.0", "runs"), under.spec("r2/web.0", "runs")], signal());
      const at = Date.now() + soonMs;
      await under.instances.retire({ release: "r1" }, at, signal());
      const warm = await under.instances.list(signal());
      expect(warm.map(({ retireAt }) => retireAt)).toEqual([at, undefined]);
      await eventually(async () => (await idsOf(under)).join(), "r2/web.0");
      expect(Date.now()).toBeGreaterThanOrEqual(at);
    });

    it("keeps one whose retirement is taken back", async () => {
      const [before] = await under.instances.start([under.spec("r1/web.0", "runs")], signal());
      await under.instances.retire({ release: "r1" }, Date.now() + soonMs, signal());
      await under.instances.retire({ release: "r1" }, undefined, signal());
      await new Promise((resolve) => setTimeout(resolve, soonMs + 100));
      expect(await under.instances.list(signal())).toMatchObject([{ pid: before?.pid, retireAt: undefined }]);
    });

    it("keeps a retired one that is asked for again", async () => {
      const spec = under.spec("r1/web.0", "runs");
      const [before] = await under.instances.start([spec], signal());
      await under.instances.retire({ release: "r1" }, Date.now() + soonMs, signal());
      const [kept] = await under.instances.start([structuredClone(spec)], signal());
      expect(kept).toMatchObject({ pid: before?.pid, retireAt: undefined });
      await new Promise((resolve) => setTimeout(resolve, soonMs + 200));
      expect(await under.instances.list(signal())).toMatchObject([{ pid: before?.pid, state: "running" }]);
    });

    it("shows at once that a process ends as soon as it starts", async () => {
      await under.instances.start([under.spec("r1/web.0", "exits")], signal());
      const seen = await eventuallyStatus(under, (status) => status.restarts > 0);
      expect(seen.lastExit).toMatchObject({ code: 1, signal: null });
    });

    it("shows why a process can't be started at all", async () => {
      await under.instances.start([under.spec("r1/web.0", "cannot start")], signal());
      const status = await eventuallyStatus(under, ({ state }) => state === "failed");
      expect(status.pid).toBeUndefined();
      expect(status.problem).toContain("could not be started");
    });

    it("does nothing once the signal is aborted", async () => {
      const aborted = AbortSignal.abort(new Error("given up"));
      await expect(under.instances.start([under.spec("r1/web.0", "runs")], aborted)).rejects.toThrow(
        "given up",
      );
      expect(await under.instances.list(signal())).toEqual([]);
    });
  });
}

/** A retirement that is on its way when it is looked at or taken back: longer than that takes a busy machine, over SSH too. */
const soonMs = 2_000;

function signal(): AbortSignal {
  return AbortSignal.timeout(60_000);
}

async function idsOf(under: InstancesUnderTest): Promise<readonly string[]> {
  const all = await under.instances.list(signal());
  return all.map(({ id }) => `${id.release}/${id.type}.${id.index}`).sort();
}

async function eventuallyStatus(
  under: InstancesUnderTest,
  isSo: (status: InstanceStatus) => boolean,
): Promise<InstanceStatus> {
  for (const until = Date.now() + 60_000; ;) {
    const found = (await under.instances.list(signal())).find(isSo);
    if (found !== undefined) return found;
    if (Date.now() > until)
      throw new Error(`not so: ${JSON.stringify(await under.instances.list(signal()))}`);
  }
}

async function eventually(ask: () => Promise<string>, wanted: string): Promise<void> {
  for (const until = Date.now() + 60_000; ;) {
    const seen = await ask();
    if (seen === wanted) return;
    if (Date.now() > until) throw new Error(`${seen} instead of ${wanted}`);
  }
}
