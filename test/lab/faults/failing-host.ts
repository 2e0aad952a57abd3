import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { faultOfFleet } from "../../support/fleet-state.ts";
import { inSoak } from "../../support/soak.ts";
import { loadOn, nextRelease, ok, othersThan, servedVersion, type Stage } from "./stage.ts";

const folder = "/var/lib/cozy/environments/tiny-staging";
const control = "/usr/lib/cozy/control";

/** What is wrong with one host, and the operation that fails there. */
interface HostFault {
  readonly what: string;
  readonly operation: string;
  /** Is in what the deployer is told. */
  readonly code: string;
  /** How the application misbehaves there. */
  readonly behaviour?: object;
  /** Scripts of root's on the host. */
  readonly breaks?: string;
  readonly mends?: string;
  /** It breaks while the hook before the switch runs, and not before the deploy. */
  readonly late?: true;
  /** It answers nobody meanwhile. */
  readonly isDown?: true;
  /** A rollback fails by it too. */
  readonly failsRollback?: true;
  /** Also in `make test`. */
  readonly isUsual?: true;
}

const faults: readonly HostFault[] = [
  {
    what: "releases can't be written",
    operation: "place release",
    code: "EACCES",
    ...closed("releases"),
  },
  {
    what: "root's program can't start anything",
    operation: "start 2 web instances",
    code: "systemd-failed",
    breaks: `mv ${control} ${control}.kept; printf '#!/bin/sh\\n[ "$1" != start ] || exit 3\\nexec ${control}.kept "$@"\\n' >${control}; chmod 755 ${control}`,
    mends: `mv ${control}.kept ${control}`,
    failsRollback: true,
  },
  {
    what: "the release ends at once",
    operation: "ready: GET /ready",
    code: "release-not-ready",
    behaviour: { exitAtStart: true },
    isUsual: true,
  },
  {
    what: "the release answers wrongly",
    operation: "1 smoke check",
    code: "smoke-failed",
    behaviour: { wrongStatus: true },
  },
  {
    what: "static files can't be written",
    operation: "publish static files",
    code: "EACCES",
    ...closed("static"),
  },
  {
    what: "no table can be written",
    operation: "switch the route table",
    code: "EACCES",
    ...closed("run/tables"),
    failsRollback: true,
    isUsual: true,
  },
  {
    what: "nginx ends just before the switch",
    operation: "prove what is served",
    code: "release-not-proven",
    late: true,
    isDown: true,
    breaks: "systemctl stop nginx",
    mends: "systemctl start nginx",
  },
  {
    what: "the name of the release in force can't be changed",
    operation: "name it current",
    code: "EACCES",
    late: true,
    ...closed("."),
  },
];

/** Each on one of the hosts; in `make soak` on each of them. */
const turns = faults.flatMap((fault, index) =>
  ["host1", "host2"]
    .filter((_, nth) => inSoak || (fault.isUsual === true && nth === index % 2))
    .map((host) => ({ ...fault, host })),
);

export function failingHost(stage: () => Stage): void {
  describe("one of the hosts that fails", () => {
    it.each(turns)("takes the deploy back on all of them: $host, $what", async ({ host, ...fault }) => {
      const { fleet, first } = stage();
      const { operation, code, behaviour = {}, breaks = "true", mends = "true" } = fault;
      const before = await servedVersion(stage(), "host1");
      const load = loadOn(stage(), fault.isDown === true ? othersThan(stage(), host) : undefined);
      await nextRelease(stage(), "bad", {
        behaviour: { [host]: behaviour },
        holdSeconds: fault.late === true ? 2 : 0,
        large: randomBytes(500_000).toString("hex"),
      });
      if (fault.late !== true) await fleet.on(host, breaks);
      const deploy = first.start(["deploy", "staging"]);
      if (fault.late === true) {
        await deploy.says("hook beforeSwitch");
        await fleet.on(host, breaks);
      }
      const told = await deploy.ended;
      await fleet.on(host, mends);
      const { errors, sent } = await load.stop();
      expectTakenBack(told, `✗ ${operation}.* on ${host}`, code);
      expect(await faultOfFleet(fleet, before)).toBeUndefined();
      expect(errors).toEqual([]);
      expect(sent).toBeGreaterThan(50);
    });

    it.runIf(inSoak).each(turns.filter(({ failsRollback }) => failsRollback === true))(
      "takes the rollback back on all of them: $host, $what",
      async ({ host, operation, code, breaks = "true", mends = "true" }) => {
        const { fleet, first } = stage();
        await nextRelease(stage(), `to be rolled back from ${host}`);
        await ok(first, "deploy", "staging");
        // The release before is warm no more.
        await fleet.on(host, "sleep 4");
        const load = loadOn(stage());
        await fleet.on(host, breaks);
        const told = await first.start(["rollback", "staging"]).ended;
        await fleet.on(host, mends);
        expectTakenBack(told, `✗ ${operation}.* on ${host}`, code);
        expect(await faultOfFleet(fleet, `to be rolled back from ${host}`)).toBeUndefined();
        expect((await load.stop()).errors).toEqual([]);
      },
    );

    it("is nothing that the next deploy minds", async () => {
      const load = loadOn(stage());
      await nextRelease(stage(), "good");
      await ok(stage().first, "deploy", "staging");
      expect(await faultOfFleet(stage().fleet, "good")).toBeUndefined();
      expect((await load.stop()).errors).toEqual([]);
    });
  });
}

function expectTakenBack(
  { code, text }: { readonly code: number | null; readonly text: string },
  failed: string,
  why: string,
): void {
  expect(code, text).not.toBe(0);
  expect(text).toMatch(new RegExp(failed));
  expect(text).toContain(why);
  expect(text).toContain("Everything was taken back.");
}

/** A folder of the environment's into which only root writes. */
function closed(name: string): Pick<HostFault, "breaks" | "mends"> {
  const place = `${folder}/${name}`;
  return {
    breaks: `stat -c '%U %a' ${place} >/root/before && chown root ${place} && chmod 755 ${place}`,
    mends: `read -r owner mode </root/before; chown $owner ${place} && chmod $mode ${place}`,
  };
}
