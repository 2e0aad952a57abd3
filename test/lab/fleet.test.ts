import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { atTerminal } from "../support/at-terminal.ts";
import { createFleet, type FleetSandbox } from "../support/fleet.ts";
import { served } from "../support/sandbox.ts";
import { times } from "../support/soak.ts";

let fleet: FleetSandbox;
beforeAll(async () => {
  fleet = await createFleet({
    hosts: 2,
    more: `promises: { availability: { percent: 90, over: "1h" } },`,
  });
});
afterAll(async () => fleet.dispose());

/** What every host serves by its own proxy. */
async function servedEverywhere(): Promise<{ readonly release: string; readonly version: string }[]> {
  return Promise.all(
    Object.values(fleet.urls).map(async (url) => {
      const { release, version } = await served(url);
      return { release, version };
    }),
  );
}

function loadEverywhere() {
  const loads = Object.values(fleet.urls).map((url) =>
    startLoad({ url: `${url}/`, connections: 4, pauseMs: times(10, 5) }),
  );
  return {
    async stop() {
      const all = await Promise.all(loads.map((load) => load.stop()));
      return {
        errors: all.flatMap(({ errors }) => errors),
        failed: all.reduce((sum, { failed }) => sum + failed, 0),
        sent: all.reduce((sum, { sent }) => sum + sent, 0),
      };
    },
  };
}

interface StatusJson {
  readonly host: { readonly current: string };
  readonly hosts: readonly { readonly host: string; readonly release?: string }[];
  readonly lease: { readonly holder?: unknown } | null;
}

interface Ledger {
  readonly rows: readonly { readonly promise: string; readonly state: string; readonly text: string }[];
  readonly requestsOf?: { readonly counted: readonly string[]; readonly uncounted: readonly object[] };
}

describe("a fleet of two servers", () => {
  it("gets its first release", async () => {
    const { stdout } = await fleet.ok(["deploy", "staging"]);
    expect(stdout).toMatch(/host1 +serves .*\n.*host2 +serves /);
    const [one, two] = await servedEverywhere();
    expect(one).toMatchObject({ version: "one" });
    expect(two).toEqual(one);
  });

  it("loses no request over a deploy and a rollback, and serves the same everywhere after each", async () => {
    const [before] = await servedEverywhere();
    const load = loadEverywhere();
    await fleet.commit({ "version.txt": "two\n" });
    await fleet.ok(["deploy", "staging"]);
    expect(new Set((await servedEverywhere()).map(({ version }) => version))).toEqual(new Set(["two"]));
    await fleet.ok(["rollback", "staging"]);
    expect(await servedEverywhere()).toEqual([before, before]);
    const { errors, failed, sent } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    expect(sent).toBeGreaterThan(500);
  });

  it("goes back everywhere when a release does not start", async () => {
    const before = await servedEverywhere();
    const load = loadEverywhere();
    await fleet.commit({ "behaviour.json": '{ "exitAtStart": true }' });
    const { code, stderr } = await fleet.cozy(["deploy", "staging"]);
    await fleet.commit({ "behaviour.json": "{}" });
    expect(code).not.toBe(0);
    expect(stderr).toContain("release-not-ready");
    expect(stderr).toContain("the flux is not coupled");
    expect(await servedEverywhere()).toEqual(before);
    expect((await load.stop()).failed).toBe(0);
  });

  it("is told about by status, lease and history, from where it is kept", async () => {
    const [now] = await servedEverywhere();
    const status = await fleet.json<StatusJson>(["status", "staging"]);
    expect(status.host.current).toBe(now?.release);
    expect(status.hosts.map(({ host }) => host)).toEqual(["host1", "host2"]);
    expect(status.lease?.holder).toBeUndefined();
    const { stdout } = await fleet.ok(["history", "staging"]);
    expect(stdout).toContain("rollback");
    expect(stdout).toContain("deploy");
  });

  it("has its promises measured on all of its servers", async () => {
    const ledger = async () => {
      const { code, stdout } = await fleet.cozy(["promises", "staging", "--json"]);
      const { rows, requestsOf } = JSON.parse(stdout) as Ledger;
      return { code, row: rows.find(({ promise }) => promise === "availability"), requestsOf };
    };
    const both = await ledger();
    expect(both.requestsOf).toEqual({ counted: ["host1", "host2"], uncounted: [] });
    expect(both.row).toMatchObject({ state: "kept" });
    expect(both.row?.text).toContain("on 2 hosts");
    await fleet.lab.cut("host2");
    const one = await ledger();
    await fleet.lab.heal("host2");
    expect(one.code).toBe(3);
    expect(one.row).toMatchObject({ state: "not proven" });
    expect(one.requestsOf?.uncounted).toMatchObject([{ host: "host2" }]);
  });

  it("is shown without the hosts that are not trusted, and changed by nobody until all are", async () => {
    const file = join(fleet.project, ".cozy", "known_hosts");
    const trusted = await readFile(file, "utf8");
    const [first = "", second = ""] = trusted.trim().split("\n");
    const shown = async (keys: readonly string[]) => {
      await writeFile(file, `${keys.join("\n")}\n`);
      return fleet.cozy(["status", "staging"]);
    };
    try {
      const unknown = await shown([first]);
      expect(unknown.code).toBe(0);
      expect(unknown.stdout).toMatch(/^ {2}host1 {2}serves /m);
      expect(unknown.stdout).toMatch(/^! host2 {2}not known {2}not trusted: cozy trust host2$/m);
      const logs = await fleet.cozy(["logs", "staging"]);
      expect([logs.code, logs.stderr]).toEqual([1, "host2 can't be heard: not trusted: cozy trust host2\n"]);
      expect(logs.stdout).toContain("host1");
      expect((await fleet.cozy(["stop", "staging"])).stderr).toContain("host-key-unknown");
      const [, ...keyOfFirst] = first.split(" ");
      const changed = await shown([first, [second.split(" ")[0], ...keyOfFirst].join(" ")]);
      expect(changed.code).toBe(1);
      expect(changed.stdout).toMatch(/^ {2}host1 {2}serves /m);
      expect(changed.stdout).toMatch(/^! host2 {2}not known {2}NOT CONNECTED/m);
      expect(changed.stdout).toContain("cozy trust host2 --replace");
    } finally {
      await writeFile(file, trusted);
    }
  });

  it("is told about at a terminal as it is asked, and has a console there that complains of nothing", async () => {
    const promises = await atTerminal(fleet, ["promises", "staging"]);
    expect(promises.shown).toContain("counting requests: waiting for host2");
    const typing = { after: "> ", text: "6 * 7\n.exit\n" };
    const console = await atTerminal(fleet, ["console", "staging"], typing);
    expect(console.shown).toContain("42");
    expect(console.shown).not.toContain("history file");
    expect(console.code).toBe(0);
  });

  it("is changed in nothing by a second set-up", async () => {
    const { stdout } = await fleet.ok(["setup", "staging"]);
    expect(stdout).toContain("nothing was changed");
  });
});
