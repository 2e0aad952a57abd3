import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad, type Load } from "../../src/routing/testing/load.ts";
import { createFleet, fingerprintsOf, fleetConfig, type FleetSandbox } from "../support/fleet.ts";
import { createSandbox, type Sandbox } from "../support/sandbox.ts";
import { sharedHome } from "../support/shared-home.ts";

/** One server with two environments of one project, whose visitors never stop, and a second project that comes, stays a while and goes. */
let fleet: FleetSandbox;
let other: Sandbox;
let loads: readonly Load[];

const few = 'keep: { releases: 1, warm: "1s" }, drain: { requests: "1s", streams: "1s" },';
const domain = (name: string) => `domains: { canonical: "${name}", certificate: noCertificate() },`;

beforeAll(async () => {
  fleet = await createFleet({
    hosts: 1,
    more: few,
    environments: ({ keyFile, hosts }) =>
      `production: {
        target: servers([{ name: "host1", address: "${hosts[0]?.address ?? ""}" }], { identity: "${keyFile}" }),
        ${domain("tiny.test")}
      },`,
  });
  await fleet.ok(["setup", "production"]);
  for (const environment of ["staging", "production"]) await fleet.ok(["deploy", environment]);
  const config = fleetConfig(fleet.lab, `${few} ${domain("other.test")}`);
  other = await createSandbox({
    config: () => config.replace('name: "tiny"', 'name: "other"'),
    home: sharedHome(),
  });
  const load = { url: `${fleet.urls["host1"] ?? ""}/`, connections: 2, pauseMs: 10 };
  loads = [startLoad(load), startLoad({ ...load, headers: { host: "tiny.test" } })];
});
afterAll(async () => {
  for (const load of loads ?? []) await load.stop();
  await other?.dispose();
  await fleet?.dispose();
});

describe("a second project on a server", () => {
  it("is set up beside the first, which a set-up of its own then finds unchanged", async () => {
    await other.ok(["trust", "staging", "--fingerprint", fingerprintsOf(fleet.lab)]);
    await other.ok(["setup", "staging"]);
    for (const environment of ["staging", "production"])
      expect((await fleet.ok(["setup", environment])).stdout).toContain("nothing was changed");
    expectNothingLost();
  });

  it("is deployed, and prunes its own releases and no others", async () => {
    const before = await releasesOf("tiny-staging");
    const [first = ""] = await deployOther("one");
    for (const version of ["two", "three", "four"]) await deployOther(version);
    expect(await releasesOf("other-staging")).not.toContain(first);
    expect(await releasesOf("tiny-staging")).toEqual(before);
    expectNothingLost();
  });

  it("does not notice that an environment beside it is deployed, nor does that one", async () => {
    const mine = startLoad({
      url: `${fleet.urls["host1"] ?? ""}/`,
      headers: { host: "other.test" },
      connections: 2,
      pauseMs: 10,
    });
    await fleet.commit({ "version.txt": "new\n" });
    await fleet.ok(["deploy", "staging"]);
    expect([await versionOf("tiny.test"), await versionOf("other.test")]).toEqual(["one", "four"]);
    expect(await mine.stop()).toMatchObject({ failed: 0, errors: [] });
    expectNothingLost();
  });

  it("is taken away, while the others serve", async () => {
    await other.ok(["setup", "staging", "--remove", "--data", "--yes"]);
    expect(
      await fleet.on("host1", "find /etc /run /var/lib/cozy /var/log/cozy -name '*other-staging*' | sort"),
    ).toBe("");
    expect(await fleet.on("host1", "systemctl list-units --no-legend --all 'other-staging*'")).toBe("");
    for (const environment of ["staging", "production"])
      expect((await fleet.ok(["setup", environment])).stdout).toContain("nothing was changed");
    expect(await versionOf("tiny.test")).toBe("one");
    expectNothingLost();
    expect(loads.map((load) => load.result().sent > 300)).toEqual([true, true]);
  });
});

function expectNothingLost(): void {
  for (const load of loads) expect(load.result()).toMatchObject({ failed: 0, errors: [] });
}

/** Gives the releases that are kept then. What is warm is never pruned, so it has the time to end. */
async function deployOther(version: string): Promise<readonly string[]> {
  await other.commit({ "version.txt": `${version}\n` });
  await other.ok(["deploy", "staging"]);
  expect(await versionOf("other.test")).toBe(version);
  await setTimeout(1_500);
  return releasesOf("other-staging");
}

async function releasesOf(id: string): Promise<readonly string[]> {
  return (await fleet.on("host1", `ls /var/lib/cozy/environments/${id}/releases`)).split("\n");
}

async function versionOf(host: string): Promise<string> {
  const answer = await fleet.on("host1", `curl -sf -H 'Host: ${host}' http://127.0.0.1/`);
  return (JSON.parse(answer) as { readonly version: string }).version;
}
