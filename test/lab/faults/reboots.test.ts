import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../../src/routing/testing/load.ts";
import { briefly, faultOfFleet } from "../../support/fleet-state.ts";
import { createFleet, type FleetSandbox } from "../../support/fleet.ts";
import { firstMachine, otherMachine, type Machine } from "../../support/other-machine.ts";
import { served, until } from "../../support/sandbox.ts";

/** Long enough for a host to die between the start and the switch. */
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

describe("a host that is rebooted", () => {
  it("at rest serves the same release again, without anyone, though its power was cut", async () => {
    const load = startLoad({ url: fleet.urls["host1"] ?? "", connections: 2, pauseMs: 10 });
    const before = await served(fleet.urls["host2"] ?? "");
    await fleet.lab.kill("host2");
    await fleet.lab.reboot("host2");
    await until(
      "host2 serves again",
      async () => (await served(fleet.urls["host2"] ?? "")).release === before.release,
    );
    expect((await load.stop()).errors).toEqual([]);
    expect(await faultOfFleet(fleet, "one")).toBeUndefined();
  });

  it.each([
    { host: "host2", way: "abort", at: "start 2 web instances on host2" },
    { host: "host2", way: "resume", at: "hook beforeSwitch" },
    { host: "host1", way: "resume", at: "ready: GET /ready on host1" },
  ] as const)("in a deploy is brought to what $way makes of it: $host at $at", async ({ host, way, at }) => {
    const others = fleet.lab.hosts
      .filter(({ name }) => name !== host)
      .map(({ name }) => fleet.urls[name] ?? "");
    const load = startLoad({ url: others, connections: 2, pauseMs: 10 });
    const before = await served(others[0] ?? "");
    await fleet.commit({ "version.txt": `${host} ${way}\n` });
    await other.pull();
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
      await end(other, ["lease", "staging", "--take-over"]);
      await end(other, [way, "staging"]);
    }
    const isNew = isOver ? code === 0 : way === "resume";
    expect((await load.stop()).errors).toEqual([]);
    expect(await faultOfFleet(fleet, isNew ? `${host} ${way}` : before.version)).toBeUndefined();
  });
});

async function end(machine: Machine, args: readonly string[]): Promise<void> {
  const { code, text } = await machine.start(args).ended;
  expect(code, text).toBe(0);
}
