import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { faultOfFleet } from "../../support/fleet-state.ts";
import type { FleetSandbox } from "../../support/fleet.ts";
import { otherMachine, type Machine } from "../../support/other-machine.ts";
import { inSoak } from "../../support/soak.ts";
import { loadOn, nextRelease, ok, type Stage } from "./stage.ts";

export function clocks(stage: () => Stage): void {
  describe("clocks that are wrong", () => {
    it("by 10 minutes on either deployer, ahead and behind, leave them agreed on lease, journal and order", async () => {
      const { fleet, first } = stage();
      const load = loadOn(stage());
      const [ahead, behind] = [await withClock(fleet, "ahead", 10), await withClock(fleet, "behind", -10)];
      await nextRelease(stage(), "from ahead", { holdSeconds: 1 });
      await ahead.pull();
      const deploying = ahead.start(["deploy", "staging"]);
      await deploying.says("hook beforeSwitch");
      // It holds still meanwhile: its lease lasts half a minute, by the clock of the host that keeps it.
      process.kill(deploying.pid, "SIGSTOP");
      const refused = await behind.start(["deploy", "staging"]).ended;
      process.kill(deploying.pid, "SIGCONT");
      expect(refused.text).toContain("lease-held");
      expect((await deploying.ended).code).toBe(0);
      expect(await faultOfFleet(fleet, "from ahead")).toBeUndefined();
      // Its journal and its release have earlier times than those before.
      await nextRelease(stage(), "killed");
      await behind.pull();
      const fault = { COZY_FAULT: "in:switch-routes@host1" };
      const killed = await behind.start(["deploy", "staging"], fault).ended;
      expect(killed.code, killed.text).toBe(null);
      await ok(ahead, "lease", "staging", "--take-over");
      await ok(ahead, "resume", "staging");
      expect(await faultOfFleet(fleet, "killed")).toBeUndefined();
      await ok(first, "rollback", "staging");
      expect(await faultOfFleet(fleet, "from ahead")).toBeUndefined();
      expect((await load.stop()).errors).toEqual([]);
    });

    it.runIf(inSoak).each(["host1", "host2"])(
      "by 10 minutes on %s change nothing of a deploy",
      async (host) => {
        const { fleet, first, other } = stage();
        const load = loadOn(stage());
        await nextRelease(stage(), `ahead on ${host}`);
        // Connections from before have the clock from before.
        const fresh = await otherMachine(fleet, { name: `fresh-${host}`, home: fleet.home });
        await fleet.on(host, ahead);
        try {
          const fault = { COZY_FAULT: "in:switch-routes@host1" };
          const killed = await fresh.start(["deploy", "staging"], fault).ended;
          expect(killed.code, killed.text).toBe(null);
          await ok(fresh, "lease", "staging", "--take-over");
          await ok(fresh, "resume", "staging");
          expect(await faultOfFleet(fleet, `ahead on ${host}`)).toBeUndefined();
        } finally {
          await fleet.on(host, right);
        }
        await nextRelease(stage(), `right on ${host}`);
        await ok(other, "deploy", "staging");
        await ok(first, "status", "staging");
        expect(await faultOfFleet(fleet, `right on ${host}`)).toBeUndefined();
        expect((await load.stop()).errors).toEqual([]);
      },
    );
  });
}

const clockFile = "/etc/cozy-clock.mjs";
const clockSetting = "/etc/ssh/sshd_config.d/99-clock.conf";

/**
 * The hosts of a lab share the machine's clock, so what asks for the time is told another: all that sshd starts of Node, and whoever
 * runs `date`.
 */
const ahead = `cat >${clockFile} <<'END'
${clockCode(10)}END
echo 'SetEnv NODE_OPTIONS=--import=${clockFile}' >${clockSetting}
mv /usr/bin/date /usr/bin/date.right
printf '#!/bin/sh\nexec /usr/bin/date.right --date="+10 minutes" "$@"\n' >/usr/bin/date
chmod 755 /usr/bin/date
systemctl reload ssh`;

const right = `mv /usr/bin/date.right /usr/bin/date; rm ${clockSetting} ${clockFile}; systemctl reload ssh`;

/** A machine whose clock is wrong by so many minutes; the hosts' are right. */
async function withClock(fleet: FleetSandbox, name: string, minutes: number): Promise<Machine> {
  const file = join(dirname(fleet.project), `${name}.mjs`);
  await writeFile(file, clockCode(minutes));
  return otherMachine(fleet, { name, home: fleet.home, env: { NODE_OPTIONS: `--import=${file}` } });
}

function clockCode(minutes: number): string {
  return `const Right = Date;
globalThis.Date = class extends Right {
  constructor(...given) {
    if (given.length === 0) super(Right.now() + ${minutes * 60_000});
    else super(...given);
  }
  static now() {
    return Right.now() + ${minutes * 60_000};
  }
};
`;
}
