import { describe, expect, it } from "vitest";
import { faultOfFleet } from "../../support/fleet-state.ts";
import { served, until } from "../../support/sandbox.ts";
import { inSoak } from "../../support/soak.ts";
import { loadOn, nextRelease, ok, othersThan, type Stage } from "./stage.ts";

const inDeploys = [
  { host: "host2", way: "resume", at: "hook beforeSwitch", isUsual: true },
  { host: "host2", way: "abort", at: "start 2 web instances on host2", isUsual: false },
  { host: "host1", way: "resume", at: "ready: GET /ready on host1", isUsual: false },
] as const;

export function reboots(stage: () => Stage): void {
  describe("a host that is rebooted", () => {
    it("at rest serves the same release again, without anyone, though its power was cut", async () => {
      const { fleet } = stage();
      const load = loadOn(stage(), ["host1"]);
      const before = await served(fleet.urls["host2"] ?? "");
      await fleet.lab.kill("host2");
      await fleet.lab.reboot("host2");
      await until(
        "host2 serves again",
        async () => (await served(fleet.urls["host2"] ?? "")).release === before.release,
      );
      expect((await load.stop()).errors).toEqual([]);
      expect(await faultOfFleet(fleet, before.version)).toBeUndefined();
    });

    it.each(inDeploys.filter(({ isUsual }) => inSoak || isUsual))(
      "in a deploy is brought to what $way makes of it: $host at $at",
      async ({ host, way, at }) => {
        const { fleet, first, other } = stage();
        const [witness = ""] = othersThan(stage(), host);
        const load = loadOn(stage(), [witness]);
        const before = await served(fleet.urls[witness] ?? "");
        await nextRelease(stage(), `${host} ${way}`, { holdSeconds: 1 });
        const deploy = first.start(["deploy", "staging"]);
        await deploy.says(at);
        await fleet.lab.kill(host);
        await fleet.lab.reboot(host);
        const { code, text } = await deploy.ended;
        // One that is back in time holds nothing up, or has everything taken back at once.
        const isOver = code === 0 || text.includes("Everything was taken back.");
        expect(isOver ? "cozy abort staging" : text).toMatch(/cozy (abort|lease) staging/);
        if (!isOver) {
          // Whoever keeps the lease may be the one that was rebooted: then nobody could give it back.
          await ok(other, "lease", "staging", "--take-over");
          await ok(other, way, "staging");
        }
        const isNew = isOver ? code === 0 : way === "resume";
        expect((await load.stop()).errors).toEqual([]);
        expect(await faultOfFleet(fleet, isNew ? `${host} ${way}` : before.version)).toBeUndefined();
      },
    );
  });
}
