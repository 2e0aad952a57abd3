import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { faultOfFleet } from "../../support/fleet-state.ts";
import { times } from "../../support/soak.ts";
import { filler, loadOn, nextRelease, ok, servedVersion, type Stage } from "./stage.ts";

export function fullDisk(stage: () => Stage): void {
  describe("a full disk on one host", () => {
    it.each(["host2", "host1"].slice(0, times(1, 2)))(
      "of %s is told, loses nothing, leaves nothing, and is well again once there is room",
      async (host) => {
        const { fleet, first } = stage();
        // How large a release may become is told by the one before: what is too large here is to be a surprise.
        const before = `small before ${host}`;
        await nextRelease(stage(), before);
        await ok(first, "deploy", "staging");
        const load = loadOn(stage());
        const arrived = async () => fleet.on(host, "ls /var/lib/cozy/artifacts");

        await nextRelease(stage(), `too large for ${host}`, {
          large: randomBytes(6_000_000).toString("hex"),
        });
        await fleet.on(host, leaving(3_000_000));
        const had = await arrived();
        const there = await first.start(["deploy", "staging"]).ended;
        expect(there.code, there.text).not.toBe(0);
        expect(there.text).toContain("disk-full");
        expect(there.text).toContain(
          `${host}: There is no space left on the disk of /var/lib/cozy/artifacts.`,
        );
        expect(there.text).toContain("Everything was taken back.");
        expect(await arrived()).toBe(had);

        await fleet.on(host, leaving(0));
        const refused = await first.start(["deploy", "staging"]).ended;
        expect(refused.code, refused.text).not.toBe(0);
        expect(refused.text).toMatch(/disk is too full|no space left/);
        expect(await servedVersion(stage(), host)).toBe(before);

        await fleet.on(host, `rm ${filler}`);
        expect(await faultOfFleet(fleet, before)).toBeUndefined();
        await ok(first, "deploy", "staging");
        expect(await faultOfFleet(fleet, `too large for ${host}`)).toBeUndefined();
        expect((await load.stop()).errors).toEqual([]);
      },
    );
  });
}

/** Fills the disk up to so many bytes. */
function leaving(bytes: number): string {
  const free = "$(stat --file-system --format='%a * %S' /var/lib/cozy)";
  return `rm -f ${filler}; head -c $((${free} - ${bytes})) /dev/zero >${filler} || true`;
}
