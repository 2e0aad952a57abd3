import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../../src/routing/testing/load.ts";
import { briefly, faultOfFleet } from "../../support/fleet-state.ts";
import { createFleet, type FleetSandbox } from "../../support/fleet.ts";
import { firstMachine, otherMachine, type Machine } from "../../support/other-machine.ts";
import { inSoak } from "../../support/soak.ts";

/** Long enough for something to happen between the start and the switch. */
const hook = `hooks: { beforeSwitch: ["sleep", "1"] },`;

let fleet: FleetSandbox;
let first: Machine;
let other: Machine;
beforeAll(async () => {
  fleet = await createFleet({ hosts: 2, more: briefly, appMore: hook });
  [first, other] = [firstMachine(fleet), await otherMachine(fleet)];
  await fleet.ok(["deploy", "staging"]);
});
afterAll(async () => fleet?.dispose());

/** What is not to be lost: requests to the host whose link nobody touches. */
function loadOnTheOther() {
  return startLoad({ url: fleet.urls["host1"] ?? "", connections: 2, pauseMs: 10 });
}

describe("a bad link to a host", () => {
  it("of 200 ms that loses every twentieth packet only makes a deploy take longer", async () => {
    const load = startLoad({
      url: Object.values(fleet.urls),
      connections: 2,
      pauseMs: 50,
      timeoutMs: 30_000,
    });
    for (const { name } of fleet.lab.hosts) await fleet.lab.slow(name, { delayMs: 200, lossPercent: 5 });
    await fleet.commit({ "version.txt": "slow\n" });
    await fleet.ok(["deploy", "staging"]);
    for (const { name } of fleet.lab.hosts) await fleet.lab.heal(name);
    expect((await load.stop()).errors).toEqual([]);
    expect(await faultOfFleet(fleet, "slow")).toBeUndefined();
  });

  it("that is cut for some seconds in the middle of an upload only makes it take longer", async () => {
    await fleet.commit({ "version.txt": "blip\n", "large.bin": randomBytes(4_000_000).toString("hex") });
    const load = loadOnTheOther();
    await fleet.lab.slow("host2", { delayMs: 100, lossPercent: 0 });
    const deploy = first.start(["deploy", "staging"]);
    await deploy.says("place release");
    await setTimeout(300);
    await fleet.lab.cut("host2");
    await setTimeout(4_000);
    expect(deploy.said()).not.toMatch(/✓ place release .* on host2/);
    await fleet.lab.heal("host2");
    const { code, text } = await deploy.ended;
    expect(code, text).toBe(0);
    expect((await load.stop()).errors).toEqual([]);
    expect(await faultOfFleet(fleet, "blip")).toBeUndefined();
  });

  const cuts = [
    { command: "deploy", at: "hook beforeSwitch", way: "abort --without host2" },
    { command: "deploy", at: "hook beforeSwitch", way: "abort" },
    { command: "deploy", at: "start 2 web instances on host2", way: "resume" },
    { command: "rollback", at: "Start…", way: "resume" },
    { command: "deploy", at: "place release", way: "resume" },
  ] as const;
  it.each(inSoak ? cuts : cuts.slice(0, 1))(
    "that is cut in a $command at $at leaves what $way ends from another machine, and says so",
    async ({ command, at, way }) => {
      const load = loadOnTheOther();
      const before = await servedVersion("host1");
      await fleet.commit({ "version.txt": `cut ${command} ${at}\n` });
      await other.pull();
      const cut = first.start([command, "staging"]);
      await cut.says(at);
      await fleet.lab.cut("host2");
      const { code, text } = await cut.ended;
      expect(code, text).toBe(1);
      expect(text).toContain("undo-incomplete");
      expect(text).toContain("What host2 serves is not known now.");
      expect(text).toContain("cozy abort staging, once host2 is back; without: add --without host2");
      expect(await servedVersion("host1")).toBe(before);

      const refused = await other.start(["resume", "staging"]).ended;
      expect(refused.code).not.toBe(0);
      expect(refused.text).toContain("hosts-unreachable");
      expect(refused.text).toContain("cozy abort staging --without host2");

      const [verb = "", ...options] = way.split(" ");
      const heal = async () => fleet.lab.heal("host2");
      if (options.length === 0) await heal();
      const taken = await other.start([verb, "staging", ...options]).ended;
      expect(taken.code, taken.text).toBe(0);
      if (options.length > 0) await heal();
      const after = verb === "abort" ? before : await servedVersion("host1");
      expect(await servedVersion("host1")).toBe(after);
      // What was left on the host that was given up is tidied away by the next deploy.
      if (options.length > 0) await fleet.ok(["deploy", "staging"]);
      expect((await load.stop()).errors).toEqual([]);
      expect(
        await faultOfFleet(fleet, options.length > 0 ? await servedVersion("host1") : after),
      ).toBeUndefined();
    },
  );

  it.runIf(inSoak)("to a host that is given up is none to the next deploy, once it is back", async () => {
    const before = await servedVersion("host1");
    await fleet.commit({ "version.txt": "given up\n" });
    const cut = first.start(["deploy", "staging"], { COZY_FAULT: "before:set-current@host1" });
    expect((await cut.ended).code).toBe(null);
    await fleet.lab.cut("host2");
    const load = loadOnTheOther();
    const aborted = await first.start(["abort", "staging", "--without", "host2"]).ended;
    expect(aborted.code, aborted.text).toBe(0);
    expect(aborted.text).toContain("Nothing is taken back on host2");
    expect(await servedVersion("host1")).toBe(before);
    await fleet.lab.heal("host2");
    expect(await servedVersion("host2")).toBe("given up");
    expect((await fleet.cozy(["status", "staging"])).stdout).toContain("cozy deploy staging");
    await fleet.ok(["deploy", "staging"]);
    expect((await load.stop()).errors).toEqual([]);
    expect(await faultOfFleet(fleet, "given up")).toBeUndefined();
  });
});

async function servedVersion(host: string): Promise<string> {
  const response = await fetch(`${fleet.urls[host] ?? ""}/`);
  return ((await response.json()) as { version: string }).version;
}
