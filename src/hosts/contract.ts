import { describe, expect, it, beforeAll, afterAll } from "vitest";
import { thisPlatform } from "../artifacts/platform.ts";
import type { Share } from "../routing/route-table.ts";
import { Secret } from "../secrets/secret.ts";
import type { Host, ReleaseRecord } from "./host.ts";

/** A host with nothing on it, and what the suite needs to work on it. */
export interface HostStage {
  readonly host: Host;
  /** A release that can be placed there and runs: two web instances and one worker. */
  release(id: string, createdAt: number): ReleaseRecord;
  readonly proxy: Parameters<Host["ensureAgents"]>[0];
  /** The fencing token that counts; smaller ones do not. */
  readonly token: number;
  /** Whether instances and proxy are kept by what runs as long as the machine does, and is not cozy's to start and stop. */
  readonly alwaysSupervised?: boolean | undefined;
  dispose(): Promise<void>;
}

const within = (): AbortSignal => AbortSignal.timeout(30_000);
const ready = { path: "/ready", status: 200, timeoutMs: 10_000 };

function sharesOf(release: string): Share[] {
  return [{ hundredths: 100, sockets: [`${release}/web.0.sock`, `${release}/web.1.sock`] }];
}

/** What every host promises, in the order of a release's life; run against the fake and against the real thing. */
export function hostContract(name: string, createStage: () => Promise<HostStage>): void {
  describe(`the host port: ${name}`, () => {
    let stage: HostStage;
    let host: Host;
    beforeAll(async () => {
      stage = await createStage();
      host = stage.host;
    });
    afterAll(() => stage.dispose());

    it("has nothing at first", async () => {
      const state = await host.observe(within());
      expect(state).toMatchObject({
        host: host.name,
        releases: [],
        current: undefined,
        routes: {},
        instances: [],
      });
    });

    it("says what compiled code has to be for", async () => {
      expect(await host.platform(within())).toEqual(thisPlatform());
    });

    it("places a release, and the same again changes nothing", async () => {
      for (const id of ["r1", "r1", "r2"]) {
        const variables = { COLOUR: "blue", API_KEY: new Secret("a-secret-key") };
        await host.placeRelease(
          { release: stage.release(id, id === "r1" ? 1 : 2), variables, persist: ["data"] },
          within(),
        );
      }
      const { releases } = await host.observe(within());
      expect(releases.map(({ id }) => id).toSorted()).toEqual(["r1", "r2"]);
      expect((await host.readRelease("r1", within())).id).toBe("r1");
      const records = await host.readReleases(within());
      expect(records.map(({ id }) => id).toSorted()).toEqual(["r1", "r2"]);
      await expect(host.readRelease("r9", within())).rejects.toMatchObject({ code: "unknown-release" });
    });

    it("starts the agents once", async () => {
      const first = stage.alwaysSupervised === true ? "was running" : "started";
      expect(await host.ensureAgents(stage.proxy, within())).toEqual({ supervisor: first, proxy: first });
      expect(await host.ensureAgents(stage.proxy, within())).toEqual({
        supervisor: "was running",
        proxy: "was running",
      });
      expect((await host.observe(within())).supervised).toBe(true);
    });

    it("starts the instances of a release by type, and keeps those that run", async () => {
      await host.startInstances({ release: "r1", types: ["web"] }, within());
      const first = await host.observe(within());
      expect(first.instances.map(({ id }) => `${id.type}.${id.index}`).toSorted()).toEqual([
        "web.0",
        "web.1",
      ]);
      await host.startInstances({ release: "r1", types: ["web"] }, within());
      const second = await host.observe(within());
      expect(second.instances.map(({ pid }) => pid)).toEqual(first.instances.map(({ pid }) => pid));
    });

    it("finds them ready, and smokes them on their own sockets", async () => {
      expect(await host.awaitReady("r1", ready, {}, within())).toMatchObject({ ok: true });
      const answers = await host.smoke(
        "r1",
        [{ kind: "request", path: "/", status: 200, text: undefined, withinMs: 5_000 }],
        within(),
      );
      expect(answers.map(({ check, ok }) => ({ check, ok }))).toEqual([{ check: "GET /", ok: true }]);
    });

    it("switches the table for the holder of the token only", async () => {
      await expect(host.switchRoutes(stage.token - 1, sharesOf("r1"), within())).rejects.toMatchObject({
        code: "lease-lost",
      });
      expect((await host.observe(within())).routes).toEqual({});
      await host.switchRoutes(stage.token, sharesOf("r1"), within());
      expect((await host.observe(within())).routes).toEqual({ "r1/web.0.sock": 50, "r1/web.1.sock": 50 });
      expect(await host.prove(ready, within())).toEqual({ served: { r1: 2 }, failures: [] });
      await host.setCurrent("r1", within());
      expect((await host.observe(within())).current).toBe("r1");
    });

    it("is fenced by the token that it has been given", async () => {
      expect(await host.raiseFence(stage.token, within())).toBe(stage.token);
      expect(await host.raiseFence(stage.token - 1, within())).toBe(stage.token);
      await host.setRotation(true, within());
      expect((await host.observe(within())).inRotation).not.toBe(false);
    });

    it("proves two releases side by side, which counts as no traffic of theirs", async () => {
      const from = Date.now() - 2_000;
      await host.startInstances({ release: "r2", types: ["web"] }, within());
      await host.awaitReady("r2", ready, {}, within());
      const [old] = sharesOf("r1");
      const [young] = sharesOf("r2");
      if (old === undefined || young === undefined) throw new Error("a release has one share");
      await host.switchRoutes(
        stage.token,
        [
          { ...young, hundredths: 20 },
          { ...old, hundredths: 80 },
        ],
        within(),
      );
      expect(await host.prove(ready, within(), ["r1"])).toEqual({ served: { r1: 2, r2: 2 }, failures: [] });
      await host.switchRoutes(stage.token, sharesOf("r1"), within());
      await host.stopInstances({ release: "r2" }, within());
      const request = { canary: "r2", stable: ["r1"], from, to: from + 4_000, tickMs: 2_000 };
      const none = { requests: 0, units: 0, errors: 0, slow: 0 };
      expect(await host.traffic({ ...request, slowMs: undefined, slowFrom: 0 }, within())).toEqual({
        ticks: [
          { at: from + 2_000, canary: none, stable: none },
          { at: from + 4_000, canary: none, stable: none },
        ],
        pages: [],
      });
      const past = await host.trafficBefore({ ...request, slowMs: undefined }, within());
      expect(past).toMatchObject({ requests: 0, slowMs: undefined });
    });

    it("counts no request at a site that nobody visits, whatever was proven there", async () => {
      const span = { from: Date.now() - 3_600_000, to: Date.now() };
      const { counts } = await host.countRequests([span, { ...span, slowMs: 0 }], within());
      const none = {
        requests: 0,
        lost: 0,
        failed: 0,
        givenUp: 0,
        closed: 0,
        timed: 0,
        slow: 0,
        unreadable: 0,
      };
      expect(counts).toMatchObject([none, none]);
    });

    it("has nothing in flight at a site that nobody visits", async () => {
      const counts = Object.values(await host.inFlight(within()));
      expect(counts.every(({ requests, streams }) => requests === 0 && streams === 0)).toBe(true);
    });

    it("runs a command once, and gives its exit code", async () => {
      expect(await host.runOnce({ release: "r1", command: ["true"] }, within())).toMatchObject({
        exitCode: 0,
        signal: null,
      });
      expect(await host.runOnce({ release: "r1", command: ["false"] }, within())).toMatchObject({
        exitCode: 1,
      });
    });

    it("publishes static files again and again", async () => {
      expect(await host.publishStatic("r1", within())).toEqual([]);
      expect(await host.publishStatic("r1", within())).toEqual([]);
    });

    it("retires instances at a time, and starting them again keeps them", async () => {
      const at = Date.now() + 600_000;
      await host.retireInstances({ release: "r1", types: ["web"] }, at, within());
      expect((await host.observe(within())).instances.map(({ retireAt }) => retireAt)).toEqual([at, at]);
      await host.startInstances({ release: "r1", types: ["web"] }, within());
      expect((await host.observe(within())).instances.map(({ retireAt }) => retireAt)).toEqual([
        undefined,
        undefined,
      ]);
    });

    it("starts as many as the scale says, and keeps those warm that it does not count", async () => {
      const at = Date.now() + 600_000;
      await host.setScale({ web: 3 }, within());
      expect((await host.observe(within())).scale).toEqual({ web: 3 });
      await host.startInstances({ release: "r1", types: ["web"] }, within());
      const { instances, types } = await host.observe(within());
      expect(new Set(instances.map(({ id }) => id.index))).toEqual(new Set([0, 1, 2]));
      expect(types["r1"]?.["web"]?.count).toBe(2);
      await host.retireInstances({ release: "r1" }, at, within());
      await host.setScale({}, within());
      await host.startInstances({ release: "r1", types: ["web"] }, within());
      const { instances: after, scale } = await host.observe(within());
      expect(scale).toEqual({});
      expect(after.toSorted((a, b) => a.id.index - b.id.index).map(({ retireAt }) => retireAt)).toEqual([
        undefined,
        undefined,
        at,
      ]);
      expect(await host.stopInstances({ release: "r1", types: ["web"], index: 2 }, within())).toEqual({
        killed: [],
      });
      expect((await host.observe(within())).instances).toHaveLength(2);
    });

    it("removes releases, but never the one in force", async () => {
      await host.removeReleases(["r1", "r2"], within());
      expect((await host.observe(within())).releases.map(({ id }) => id)).toEqual(["r1"]);
    });

    it("serves nothing after a switch to no shares, and stops instances", async () => {
      await host.switchRoutes(stage.token, [], within());
      await host.setCurrent(undefined, within());
      await host.stopInstances({ release: "r1" }, within());
      await host.stopInstances({ release: "r1" }, within());
      expect(await host.observe(within())).toMatchObject({ routes: {}, current: undefined, instances: [] });
      await host.removeReleases(["r1"], within());
      expect((await host.observe(within())).releases).toEqual([]);
    });

    it("does nothing any more once it is aborted", async () => {
      const aborted = AbortSignal.abort(new Error("enough"));
      const before = await host.observe(within());
      const placement = { release: stage.release("r3", 3), variables: {}, persist: [] };
      for (const call of [
        () => host.placeRelease(placement, aborted),
        () => host.startInstances({ release: "r1" }, aborted),
        () => host.setCurrent("r1", aborted),
        () => host.switchRoutes(stage.token, sharesOf("r1"), aborted),
        () => host.removeReleases(["r1"], aborted),
      ]) {
        await expect(call()).rejects.toThrow("enough");
      }
      const { releases, current, routes, instances } = await host.observe(within());
      expect({ releases, current, routes, instances }).toEqual({
        releases: before.releases,
        current: before.current,
        routes: before.routes,
        instances: before.instances,
      });
    });

    it("stops its agents, once or twice", async () => {
      await host.stopAgents(within());
      await host.stopAgents(within());
      expect(await host.observe(within())).toMatchObject({
        supervised: stage.alwaysSupervised === true,
        instances: [],
      });
    });
  });
}
