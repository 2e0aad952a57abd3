import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureSupervisor } from "../ensure-supervisor.ts";
import { protocolFormat, stateFile } from "../protocol.ts";
import { jsonRequest } from "../json-request.ts";
import { shutdown, startInstances, stopInstances, supervisorState } from "../supervisor-client.ts";
import { eventually, killSupervisor, lives, openLab, removeAgent, signal, type Lab } from "../testing/lab.ts";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";

const canMount = process.platform === "linux" && process.getuid?.() === 0;

let lab: Lab;
let disk: string;
beforeEach(async () => {
  lab = await openLab();
  disk = join(lab.root, "disk");
  mkdirSync(disk);
});
afterEach(async () => {
  await lab.close();
});
afterAll(removeAgent);

describe.skipIf(mayBeLeftOut(!canMount))("a full disk", () => {
  it("stops no instance and no supervisor, and is told until there is room again", async () => {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk]);
    try {
      const place = { ...lab.place, folder: join(disk, "supervisor") };
      await ensureSupervisor(place, signal());
      const [first] = await startInstances(place, [lab.shell("r1/worker.0", "exec sleep 1000")], signal());
      fill(join(disk, "filler"));
      const kept = readFileSync(join(place.folder, stateFile), "utf8");

      const more = lab.shell("r2/worker.0", "exec sleep 1000");
      const order = { format: protocolFormat, instances: [more] };
      const { status, body } = await jsonRequest(place.controlSocket, "PUT", "/instances", order, signal());
      expect(status).toBe(200);
      expect(body).toMatchObject({
        instances: [{ state: "running" }],
        problem: expect.stringContaining("ENOSPC"),
      });
      expect(lives(first?.pid)).toBe(true);
      expect(readFileSync(join(place.folder, stateFile), "utf8")).toBe(kept);
      await stopInstances(place, { release: "r2" }, signal());
      const leave = { format: protocolFormat, pid: (await supervisorState(place, signal()))?.pid };
      const left = await jsonRequest(place.controlSocket, "POST", "/leave", leave, signal());
      expect(left.body).toMatchObject({ error: { message: expect.stringContaining("ENOSPC") } });

      // A supervisor that dies now comes back with what it could write.
      await killSupervisor({ ...lab, place });
      expect((await supervisorState(place, signal()))?.instances).toMatchObject([{ pid: first?.pid }]);

      rmSync(join(disk, "filler"));
      await eventually(
        () => supervisorState(place, signal()),
        (state) => state !== undefined && state.problem === undefined,
      );
      await shutdown(place, signal());
    } finally {
      execFileSync("umount", ["--lazy", disk]);
    }
  });
});

function fill(file: string): void {
  for (let size = 64 * 1024; size >= 1; size = Math.floor(size / 2)) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch {
      // A smaller piece may still fit.
    }
  }
  expect(statfsSync(file).bavail).toBe(0);
}
