import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { systemCode } from "../../../src/shared/thrown.ts";
import { faultOfFleet } from "../../support/fleet-state.ts";
import { otherMachine, type Machine } from "../../support/other-machine.ts";
import { times } from "../../support/soak.ts";
import { loadOn, nextRelease, servedVersion, type Stage } from "./stage.ts";

const few = "/etc/ssh/sshd_config.d/99-few.conf";

export function crowdedSshd(stage: () => Stage): void {
  describe("an sshd that lets two at a time try", () => {
    it("lets everybody in after a while, and a deploy as well", async () => {
      const { fleet } = stage();
      const load = loadOn(stage());
      const address = fleet.lab.hosts[1]?.address ?? "";
      await nextRelease(stage(), "through the crowd");
      const comers = await machines(stage(), times(2, 6));
      await fleet.on("host2", `echo 'MaxStartups 2:100:2' >${few}; systemctl reload ssh`);
      const crowd = await crowded(address);
      const commands = [["deploy", "staging"], ...comers.map(() => ["status", "staging", "--json"])];
      const ended = comers.map((one, nth) => one.start(commands[nth] ?? []).ended);
      await setTimeout(times(3_000, 6_000));
      for (const one of crowd) one.destroy();
      for (const end of await Promise.all(ended)) {
        expect(end.code, end.text).toBe(0);
        expect(end.text).not.toContain("can't be reached");
      }
      await fleet.on("host2", `rm ${few}; systemctl reload ssh`);
      expect(await servedVersion(stage(), "host2")).toBe("through the crowd");
      expect(await faultOfFleet(fleet, "through the crowd")).toBeUndefined();
      expect((await load.stop()).errors).toEqual([]);
    });
  });
}

/** Each has a connection of its own to make. */
async function machines({ fleet }: Stage, count: number): Promise<Machine[]> {
  const made: Machine[] = [];
  for (let number = 0; number < count; number += 1)
    made.push(await otherMachine(fleet, { name: `crowd${number}`, home: fleet.home }));
  return made;
}

/** Two who never log in, once sshd goes by its new settings and turns a third one away. */
async function crowded(address: string): Promise<readonly Socket[]> {
  for (let round = 0; round < 50; round += 1) {
    const crowd: Socket[] = [];
    try {
      for (let one = 0; one < 2; one += 1) crowd.push(await silentLogin(address));
      if ((await greeting(address)).startsWith("Exceeded MaxStartups")) return crowd;
    } catch (error) {
      // It listens to nobody while it reads its settings.
      if (systemCode(error) !== "ECONNREFUSED") throw error;
    }
    for (const one of crowd) one.destroy();
    await setTimeout(200);
  }
  throw new Error("sshd turns nobody away");
}

/** A connection on which nobody logs in, so that it counts as a try. */
async function silentLogin(host: string): Promise<Socket> {
  const socket = connect({ host, port: 22 });
  await once(socket, "data");
  return socket;
}

async function greeting(host: string): Promise<string> {
  const socket = connect({ host, port: 22 });
  const [data] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return data.toString();
}
