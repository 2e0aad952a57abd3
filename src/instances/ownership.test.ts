import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lastOwner, takeOwnership } from "./ownership.ts";
import { identify } from "./process-identity.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cozy-own-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const here = JSON.stringify(join(import.meta.dirname, "ownership.ts"));

/** A process that takes the ownership, tells how that went, and stays until its input ends. */
const contender = `
  import { takeOwnership } from ${here};
  process.stdout.write("release" in takeOwnership(process.argv[1]) ? "won" : "lost");
  process.stdin.resume();`;

describe("ownership", () => {
  it("is had by one of many processes that want it at once, and by the next when that one has died", async () => {
    symlinkSync("1 999999999 gone:1", join(folder, "owner.3"));
    for (let round = 0; round < 2; round += 1) {
      const all = Array.from({ length: 6 }, () =>
        spawn(process.execPath, ["--input-type=module", "-e", contender, folder], {
          stdio: ["pipe", "pipe", "inherit"],
        }),
      );
      const said = await Promise.all(all.map(async (each) => String((await once(each.stdout, "data"))[0])));
      expect(said.toSorted()).toEqual(["lost", "lost", "lost", "lost", "lost", "won"]);
      const owner = all[said.indexOf("won")];
      expect(lastOwner(folder)).toEqual({ pid: owner?.pid, fate: "lives" });
      for (const each of all) each.kill("SIGKILL");
      await Promise.all(all.map((each) => once(each, "exit")));
      expect(lastOwner(folder)).toEqual({ pid: owner?.pid, fate: "died" });
    }
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it("is lost to a living owner, and had as soon as that one lets go", () => {
    const mine = takeOwnership(folder);
    expect(takeOwnership(folder)).toEqual(identify(process.pid));
    if ("release" in mine) mine.release();
    expect(lastOwner(folder)).toEqual({ pid: process.pid, fate: "let go" });
    expect(takeOwnership(folder)).toHaveProperty("release");
    expect(readdirSync(folder)).toEqual(["owner.2"]);
  });

  it("does not last beyond a pid that came round again, nor beyond a boot", () => {
    symlinkSync(`1 ${process.pid} ${identify(process.pid)?.mark}0`, join(folder, "owner.1"));
    expect(lastOwner(folder).fate).toBe("died");
    rmSync(join(folder, "owner.1"));
    symlinkSync(`1 ${process.pid} another-boot:1`, join(folder, "owner.1"));
    expect(lastOwner(folder).fate).toBe("none");
    expect(takeOwnership(folder)).toHaveProperty("release");
  });
});

describe("identify", () => {
  it("knows no process that has ended, also when nobody has reaped it yet", () => {
    expect(identify(process.pid)).toEqual(identify(process.pid));
    const ended = spawnSync("/bin/true");
    expect(identify(ended.pid)).toBeUndefined();
  });
});
