import { describe, expect, it } from "vitest";
import { faultOfFleet } from "../../support/fleet-state.ts";
import type { FleetSandbox } from "../../support/fleet.ts";
import { loadOn, nextRelease, ok, type Stage } from "./stage.ts";

const fence = "/var/lib/cozy/environments/tiny-staging/lease/fence";

export function twoDeployers(stage: () => Stage): void {
  describe("deployers on two machines", () => {
    it("let one go, and tell the other who, from where, why and since when", async () => {
      const { fleet, first, other } = stage();
      const load = loadOn(stage());
      await nextRelease(stage(), "race", { holdSeconds: 2 });
      await ok(other, "status", "staging"); // so that neither has to bring anything of cozy's first
      const ended = await Promise.all([first, other].map((one) => one.start(["deploy", "staging"]).ended));
      const [winner, loser] = ended.toSorted((a, b) => (a.code ?? 99) - (b.code ?? 99));
      expect(winner?.code, winner?.text).toBe(0);
      expect(loser?.code).toBe(1);
      expect(loser?.text).toContain("lease-held");
      expect(loser?.text).toMatch(
        /held by root on \S+, CI \(process \d+\) for the deploy, since \d{4}-\d\d-\d\d/,
      );
      expect(await faultOfFleet(fleet, "race")).toBeUndefined();
      expect((await load.stop()).errors).toEqual([]);
    });

    it("fence one out on every host that slept until its lease was another's", async () => {
      const { fleet, first, other } = stage();
      const load = loadOn(stage());
      await nextRelease(stage(), "stale", { holdSeconds: 1 });
      const sleeper = first.start(["deploy", "staging"]);
      await sleeper.says("hook beforeSwitch");
      process.kill(sleeper.pid, "SIGSTOP");
      const [before = 0] = await fences(fleet);
      await ok(other, "lease", "staging", "--take-over");
      await ok(other, "abort", "staging");
      await nextRelease(stage(), "newer");
      await ok(other, "deploy", "staging");
      process.kill(sleeper.pid, "SIGCONT");
      const { code, text } = await sleeper.ended;
      expect(code).toBe(1);
      expect(text).toContain("lease-lost");
      expect(text).not.toContain("✓ switch the route table");
      const after = await fences(fleet);
      expect(after.every((one) => one > before && one === after[0])).toBe(true);
      expect(await faultOfFleet(fleet, "newer")).toBeUndefined();
      expect((await load.stop()).errors).toEqual([]);
    });
  });
}

async function fences(fleet: FleetSandbox): Promise<number[]> {
  const names = fleet.lab.hosts.map(({ name }) => name);
  return Promise.all(names.map(async (name) => Number(await fleet.on(name, `cat ${fence}`))));
}
