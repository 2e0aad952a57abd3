import { describe, expect, it } from "vitest";
import { startLoad } from "../../../src/routing/testing/load.ts";
import { faultOfFleet } from "../../support/fleet-state.ts";
import { inSoak } from "../../support/soak.ts";
import { nextRelease, ok, servedVersion, type Stage } from "./stage.ts";

export function slowLinks(stage: () => Stage): void {
  describe("links of 200 ms that lose every twentieth packet", () => {
    it("only make a deploy and a rollback take longer", async () => {
      const { fleet, first } = stage();
      const before = await servedVersion(stage(), "host1");
      const url = Object.values(fleet.urls);
      const load = startLoad({ url, connections: 2, pauseMs: 50, timeoutMs: 30_000 });
      for (const { name } of fleet.lab.hosts) await fleet.lab.slow(name, { delayMs: 200, lossPercent: 5 });
      await nextRelease(stage(), "slow");
      await ok(first, "deploy", "staging");
      expect(await servedVersion(stage(), "host2")).toBe("slow");
      if (inSoak) await ok(first, "rollback", "staging");
      for (const { name } of fleet.lab.hosts) await fleet.lab.heal(name);
      expect((await load.stop()).errors).toEqual([]);
      expect(await faultOfFleet(fleet, inSoak ? before : "slow")).toBeUndefined();
    });
  });
}
