import { describe, expect, it } from "vitest";
import type { CanaryEvidence } from "../../canary/evidence-file.ts";
import type { Traffic, TrafficRequest } from "../../canary/traffic.ts";
import type { WatchProgress } from "../../canary/traffic-progress.ts";
import type { OperationContext } from "../../engine/operation.ts";
import type { Answer, Question } from "../../questions/question.ts";
import { pause } from "../../shared/pause.ts";
import { sampleProject, sampleRecord, sampleWorld, type SampleWorld } from "../testing.ts";
import type { ReleaseWorld } from "../world.ts";
import { watchRelease } from "./watch-release.ts";
import { shortWatch, watchInput } from "./watch-release-sample.ts";

const watch = shortWatch;
const input = watchInput;

interface Stage {
  readonly world: SampleWorld;
  readonly told: WatchProgress[];
  readonly context: OperationContext<ReleaseWorld>;
  readonly stop: AbortController;
  readonly asked: Omit<Question, "format" | "askedAt">[];
}

/** Both releases serve so many visitors each millisecond, and so many of a hundred requests to the new one fail. */
function serving({ visitors, failing }: ServedTraffic, { from, to, tickMs }: TrafficRequest): Traffic {
  const units = tickMs * visitors;
  const errors = Math.round((units * failing) / 100);
  const stable = { requests: units, units, errors: 0, slow: 0 };
  const count = Math.round((to - from) / tickMs);
  const page = { requests: count * units, failed: 0, slow: 0, statuses: {} };
  return {
    ticks: Array.from({ length: count }, (_, nth) => ({
      at: from + (nth + 1) * tickMs,
      canary: { ...stable, errors },
      stable,
    })),
    pages:
      failing === 0
        ? []
        : [
            {
              page: "GET /venues",
              canary: { ...page, failed: count * errors, statuses: { "500": count * errors } },
              stable: page,
            },
          ],
  };
}

interface ServedTraffic {
  readonly visitors: number;
  readonly failing: number;
}

async function staged(traffic: ServedTraffic, answer?: Answer): Promise<Stage> {
  const world = sampleWorld();
  const stop = new AbortController();
  const { signal } = stop;
  const { fake } = world;
  for (const id of ["old", "new"]) {
    await fake.placeRelease(
      { release: sampleRecord(sampleProject(), id), variables: {}, persist: [] },
      signal,
    );
    await fake.startInstances({ release: id }, signal);
  }
  await fake.ensureAgents(world.proxy, signal);
  fake.traffic = async (request, within) => {
    within.throwIfAborted();
    return serving(traffic, request);
  };
  const told: WatchProgress[] = [];
  const asked: Stage["asked"] = [];
  const ask = async (question: Stage["asked"][number], within: AbortSignal): Promise<Answer> => {
    asked.push(question);
    if (answer !== undefined) return answer;
    await pause(60_000, within);
    throw new Error("nobody came");
  };
  const context: OperationContext<ReleaseWorld> = {
    world: { ...world, person: { atTerminal: false, ask } },
    signal,
    token: 1,
    now: Date.now,
    progress: () => {},
    output: () => {},
    warn: () => {},
    note: () => {},
    watched: (progress) => told.push(progress),
  };
  return { world, told, context, stop, asked };
}

const kept = async ({ world }: Stage): Promise<CanaryEvidence> => {
  const evidence = await world.canaries.read("new");
  if (!evidence) throw new Error("no evidence was kept");
  return evidence;
};

/** Within ten seconds, or the test fails. */
async function until(holds: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  while (!holds()) await pause(5, signal);
}

describe("watching a release", () => {
  it("promotes one that is sound, after the whole of its time and not before", async () => {
    const stage = await staged({ visitors: 3, failing: 0 });
    // Long enough for several looks where the machine is busy.
    const unhurried = { ...input, watch: { ...watch, bakeMs: 800 } };
    const begun = Date.now();
    const note = await watchRelease.run(unhurried, stage.context);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(800);
    expect(note).toMatch(
      /^[\d,]+ requests, [\d,]+ distinct: 0 failed; stable [\d,]+ requests, [\d,]+ distinct: 0 failed; p 1$/,
    );
    const evidence = await kept(stage);
    expect(evidence).toMatchObject({ outcome: "promoted", verdict: { decision: "promote" }, gates: [] });
    expect(evidence.ticks.length).toBeGreaterThanOrEqual(6);
    expect(evidence.ticks.every(({ share, canary }) => share === 20 && canary.requests > 0)).toBe(true);
    expect(stage.told.length).toBeGreaterThanOrEqual(2);
    expect(await watchRelease.verify(unhurried, stage.context)).toBe(true);
    expect(stage.asked).toEqual([]);
  });

  it("rolls one back that fails on one page, at once, and says which", async () => {
    const stage = await staged({ visitors: 3, failing: 60 });
    const failure = watchRelease.run({ ...input, watch: { ...watch, bakeMs: 20_000 } }, stage.context);
    await expect(failure).rejects.toMatchObject({
      code: "canary-rolled-back",
      message: expect.stringContaining("new was rolled back."),
      details: expect.arrayContaining([
        expect.stringMatching(/^GET \/venues: 500 in \d+ of \d+ .*; stable 0 of \d+$/),
      ]),
      next: expect.stringContaining("cozy canary staging"),
    });
    expect(await kept(stage)).toMatchObject({ outcome: "rolled-back", verdict: { decision: "roll-back" } });
    await watchRelease.undo?.(input, stage.context);
    expect(await kept(stage)).toMatchObject({ outcome: "rolled-back" });
    expect(await watchRelease.verify(input, stage.context)).toBe(false);
  });

  it("goes back at once when an instance is started again and again, or is gone", async () => {
    const looping = await staged({ visitors: 3, failing: 0 });
    looping.world.fake.changeInstance("new/web.1.sock", {
      restarts: 3,
      lastExit: { code: 9, signal: null, at: 0 },
    });
    await expect(watchRelease.run(input, looping.context)).rejects.toMatchObject({
      message: expect.stringContaining("web.1 of new had to be started again 3 times, it last ended with 9"),
    });
    const gone = await staged({ visitors: 3, failing: 0 });
    await gone.world.fake.stopInstances({ release: "new", types: ["web"], index: 1 }, gone.stop.signal);
    await expect(watchRelease.run(input, gone.context)).rejects.toMatchObject({
      message: expect.stringContaining("new has 1 of its 2 web instances"),
    });
  });

  it("goes back when the ready check fails five times in a row, and not when it fails less often", async () => {
    const stage = await staged({ visitors: 3, failing: 0 });
    let asked = 0;
    const answer = (ok: boolean) => [
      { check: "GET /ready", ok, reason: ok ? undefined : "503 instead of 200", durationMs: 1 },
    ];
    const failingFor = (times: number) => ({
      ...stage.context,
      world: {
        ...stage.context.world,
        host: () => ({ ...stage.world.fake, smoke: async () => answer((asked += 1) > times) }),
      },
    });
    await watchRelease.run(input, failingFor(4));
    asked = 0;
    await expect(
      watchRelease.run({ ...input, release: "new", share: 50, steps: [20, 50] }, failingFor(99)),
    ).rejects.toMatchObject({
      message: expect.stringContaining(
        "GET /ready on its own socket failed 5 times in a row (503 instead of 200)",
      ),
    });
  });

  it("bears looks that fail, and gives up where nothing can be seen any more", async () => {
    const stage = await staged({ visitors: 3, failing: 0 });
    stage.world.fake.failNext("smoke", new Error("a hiccup"));
    await watchRelease.run(input, stage.context);
    const blind = { ...stage.world.fake, observe: () => Promise.reject(new Error("no way to look")) };
    const context = { ...stage.context, world: { ...stage.context.world, host: () => blind } };
    await expect(watchRelease.run({ ...input, share: 50, steps: [20, 50] }, context)).rejects.toThrow(
      "no way to look",
    );
  });

  it("goes on where a killed deployer was, from the evidence and the log alone", async () => {
    const stage = await staged({ visitors: 3, failing: 0 });
    const long = { ...input, watch: { ...watch, bakeMs: 600 } };
    const first = watchRelease.run(long, stage.context);
    await until(() => stage.told.length > 3);
    stage.stop.abort(new Error("killed"));
    await expect(first).rejects.toThrow("killed");
    const before = await kept(stage);
    expect(before).toMatchObject({ outcome: "watching" });
    await pause(150, new AbortController().signal);
    await watchRelease.run(long, { ...stage.context, signal: new AbortController().signal });
    const after = await kept(stage);
    expect(after).toMatchObject({ outcome: "promoted", startedAt: before.startedAt });
    expect(after.ticks.slice(0, before.ticks.length)).toEqual(before.ticks);
    const gaps = after.ticks.slice(1).map(({ at }, index) => at - (after.ticks[index]?.at ?? 0));
    expect(new Set(gaps)).toEqual(new Set([20]));
    // Once it is over, another call says so again and counts nothing.
    await watchRelease.run(long, { ...stage.context, signal: new AbortController().signal });
    expect(await kept(stage)).toEqual(after);
  });

  it("asks a person where the traffic does not decide, and does as they say", async () => {
    const quiet = { visitors: 0, failing: 0 };
    const promoted = await staged(quiet, { choice: "promote", who: "dev@laptop" });
    await watchRelease.run(input, promoted.context);
    expect(promoted.asked[0]).toMatchObject({ name: "canary", release: "new" });
    expect(promoted.asked[0]?.choices.map(({ word }) => word)).toEqual(["promote", "roll-back", "longer"]);
    expect(await kept(promoted)).toMatchObject({
      outcome: "promoted",
      decidedBy: "dev@laptop: promote",
      verdict: { decision: "inconclusive" },
    });

    const back = await staged(quiet, { choice: "roll-back", who: "dev@laptop" });
    await expect(watchRelease.run(input, back.context)).rejects.toMatchObject({
      message: expect.stringContaining("dev@laptop had it rolled back."),
    });
  });

  it("takes the question back when it is over, so that nobody answers what is decided", async () => {
    const stage = await staged({ visitors: 0, failing: 0 });
    const running = watchRelease.run(input, stage.context);
    await until(() => stage.asked.length > 0);
    stage.stop.abort(new Error("interrupted"));
    await expect(running).rejects.toThrow("interrupted");
    await watchRelease.undo?.(input, { ...stage.context, signal: new AbortController().signal });
    expect(await kept(stage)).toMatchObject({ outcome: "taken-back" });
  });

  it("compares a watched switch with as many ticks of the time before, each used once", async () => {
    const stage = await staged({ visitors: 3, failing: 0 });
    await watchRelease.run({ ...input, kind: "switch", share: 100, steps: [100] }, stage.context);
    const { ticks, before } = await kept(stage);
    expect(before).toHaveLength(14);
    expect(ticks.map(({ share }) => share)).toEqual(ticks.map(() => 50));
    expect(ticks.map(({ stable }) => stable.requests)).toEqual(
      ticks.map((_, nth) => before[nth]?.requests ?? 0),
    );
    expect(ticks[0]?.stable.requests).toBeGreaterThan(0);
  });
});
