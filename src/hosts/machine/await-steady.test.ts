import { appendFile, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InstanceStatus } from "../../instances/instance.ts";
import { sampleStatus } from "../../instances/testing/sample-status.ts";
import type { SteadyRequest } from "../host.ts";
import { awaitSteady } from "./await-steady.ts";
import { OutputWatch } from "../this-machine/output-watch.ts";
import type { InstanceView } from "./instance-view.ts";

const never = new AbortController().signal;
let folder: string;
let log: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-steady-"));
  log = join(folder, "worker.0.log");
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

function view(types: readonly string[], change: Partial<InstanceStatus> = {}, fromBytes = 0): InstanceView {
  const statuses = types.map((type) => sampleStatus({ release: "r1", type, index: 0 }, change));
  return {
    instances: async () => statuses,
    tail: async () => ["its last words"],
    listens: async () => "socket",
    watch: ({ id }, text) =>
      new OutputWatch({ file: join(folder, `${id.type}.${id.index}.log`), fromBytes }, text),
    now: () => performance.now(),
  };
}

const crashed = { restarts: 2, lastExit: { code: 9, signal: null, at: 0 } };
const plain: SteadyRequest = {
  release: "r1",
  types: ["worker"],
  forMs: 60,
  ready: { worker: null },
  restartsBefore: {},
};
const withOutput: SteadyRequest = {
  ...plain,
  ready: { worker: { output: "at work", timeoutMs: 20_000 } },
};
/** For a text that never comes. */
const briefly: SteadyRequest = {
  ...plain,
  ready: { worker: { output: "at work", timeoutMs: 400 } },
};

describe("a type without a text", () => {
  it("is watched for an end", async () => {
    const start = performance.now();
    expect(await awaitSteady(view(["worker"]), plain, never)).toMatchObject({ ok: true });
    expect(performance.now() - start).toBeGreaterThanOrEqual(60);
    expect(await awaitSteady(view(["worker"], crashed), plain, never)).toEqual({
      ok: false,
      faults: ["worker.0 ended with exit code 9"],
      tail: ["its last words"],
    });
    const before = { ...plain, restartsBefore: { "worker.0": 2 } };
    expect(await awaitSteady(view(["worker"], crashed), before, never)).toMatchObject({ ok: true });
  });
});

describe("a type with a text", () => {
  it("has started as soon as it logs it, in however many pieces", async () => {
    await writeFile(log, "connecting …\nat w");
    setTimeout(() => void appendFile(log, "ork\n"), 80);
    const start = performance.now();
    expect(await awaitSteady(view(["worker"]), withOutput, never)).toMatchObject({ ok: true });
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it("is a fault when its time is up, with what it logged last", async () => {
    await writeFile(log, "connecting …\n");
    expect(await awaitSteady(view(["worker"]), briefly, never)).toEqual({
      ok: false,
      faults: ['worker.0 did not log "at work" within 0.4 s'],
      tail: ["its last words"],
    });
  });

  it("is not taken for started by what it logged in an earlier life", async () => {
    const earlier = "at work\n";
    await writeFile(log, `${earlier}connecting …\n`);
    expect(await awaitSteady(view(["worker"], {}, earlier.length), briefly, never)).toMatchObject({
      ok: false,
    });
    await appendFile(log, earlier);
    expect(await awaitSteady(view(["worker"], {}, earlier.length), withOutput, never)).toMatchObject({
      ok: true,
    });
  });

  it("is found in a log that was moved aside meanwhile", async () => {
    await writeFile(log, `${"x".repeat(1000)}at work\n`);
    await rename(log, `${log}.1`);
    await writeFile(log, "a new page\n");
    expect(await awaitSteady(view(["worker"], {}, 900), withOutput, never)).toMatchObject({ ok: true });
  });

  it("that ends is a fault at once", async () => {
    const start = performance.now();
    expect(await awaitSteady(view(["worker"], crashed), withOutput, never)).toMatchObject({
      faults: ["worker.0 ended with exit code 9"],
    });
    expect(performance.now() - start).toBeLessThan(15_000);
  });

  it("is waited for together with one that only has to stay up", async () => {
    await writeFile(log, "at work\n");
    const both = { ...withOutput, types: ["worker", "scheduler"], forMs: 150 };
    const start = performance.now();
    expect(await awaitSteady(view(["worker", "scheduler"]), both, never)).toMatchObject({ ok: true });
    expect(performance.now() - start).toBeGreaterThanOrEqual(150);
  });
});
