import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../../src/routing/testing/load.ts";
import { briefly, faultOfFleet } from "../../support/fleet-state.ts";
import { createFleet, type FleetSandbox } from "../../support/fleet.ts";

const folder = "/var/lib/cozy/environments/tiny-staging";
const artifacts = "/var/lib/cozy/artifacts";
const control = "/usr/lib/cozy/control";

/** What is wrong with one host, how it is mended, and the operation that fails there. */
interface HostFault {
  readonly what: string;
  readonly operation: string;
  /** Is in what the deployer is told. */
  readonly code: string;
  readonly breaks?: string;
  readonly mends?: string;
  /** How the application misbehaves there. */
  readonly behaviour?: object;
}

const faults: readonly HostFault[] = [
  {
    what: "releases can't be written",
    operation: "place release",
    code: "EACCES",
    breaks: `chown root ${folder}/releases && chmod 755 ${folder}/releases`,
    mends: `chown cozy ${folder}/releases && chmod 2750 ${folder}/releases`,
  },
  {
    what: "its disk is full",
    operation: "place release",
    code: "No space left on device",
    breaks: `mount -t tmpfs -o size=1m,mode=755,uid=cozy,gid=cozy full ${artifacts}`,
    mends: `umount ${artifacts}`,
  },
  {
    what: "root's program can't start anything",
    operation: "start 2 web instances",
    code: "systemd-failed",
    breaks: `mv ${control} ${control}.kept; printf '#!/bin/sh\\n[ "$1" != start ] || exit 3\\nexec ${control}.kept "$@"\\n' >${control}; chmod 755 ${control}`,
    mends: `mv ${control}.kept ${control}`,
  },
  {
    what: "the release ends at once",
    operation: "ready: GET /ready",
    code: "release-not-ready",
    behaviour: { exitAtStart: true },
  },
  {
    what: "the release answers wrongly",
    operation: "1 smoke check",
    code: "smoke-failed",
    behaviour: { wrongStatus: true },
  },
  {
    what: "no table can be written",
    operation: "switch the route table",
    code: "EACCES",
    breaks: `chown root ${folder}/run/tables && chmod 755 ${folder}/run/tables`,
    mends: `chown cozy ${folder}/run/tables && chmod 2750 ${folder}/run/tables`,
  },
];

let fleet: FleetSandbox;
beforeAll(async () => {
  fleet = await createFleet({ hosts: 3, more: briefly });
  // The same release may behave in its own way on one of the hosts.
  const server = await readFile(join(fleet.project, "server.js"), "utf8");
  const misbehaves = server.replace(
    "default:\n",
    "default:\n      if (behaviour.wrongStatus) response.statusCode = 500;\n",
  );
  const own = `import { hostname } from "node:os";\n${misbehaves.replace("const version", "Object.assign(behaviour, behaviour[hostname()]);\nconst version")}`;
  await fleet.commit({ "server.js": own });
  await fleet.ok(["deploy", "staging"]);
});
afterAll(async () => fleet?.dispose());

describe("one of three hosts that fails", () => {
  it.each(faults.map((fault, index) => ({ ...fault, index, host: `host${(index % 3) + 1}` })))(
    "takes the deploy back on all of them: $host, $what",
    async ({ index, host, operation, code, breaks = "true", mends = "true", behaviour = {} }) => {
      const load = startLoad({ url: Object.values(fleet.urls), connections: 2, pauseMs: 10 });
      await fleet.commit({
        "version.txt": `bad ${index}\n`,
        "large.bin": randomBytes(1_000_000).toString("hex"),
        "behaviour.json": JSON.stringify({ [host]: behaviour }),
      });
      await fleet.on(host, breaks);
      const deploy = await fleet.cozy(["deploy", "staging"]);
      await fleet.on(host, mends);
      const { errors, sent } = await load.stop();
      expect(deploy.code, deploy.stdout + deploy.stderr).not.toBe(0);
      expect(deploy.stdout).toMatch(new RegExp(`✗ ${operation}.* on ${host}`));
      expect(deploy.stdout + deploy.stderr).toContain(code);
      expect(deploy.stderr).toContain("Everything was taken back.");
      expect(await faultOfFleet(fleet, "one")).toBeUndefined();
      expect(errors).toEqual([]);
      expect(sent).toBeGreaterThan(50);
    },
  );

  it("is nothing that the next deploy minds", async () => {
    await fleet.commit({ "version.txt": "good\n", "behaviour.json": "{}" });
    await fleet.ok(["deploy", "staging"]);
    expect(await faultOfFleet(fleet, "good")).toBeUndefined();
  });
});
