import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import { rootFiles, type RootFile } from "./root-files.ts";
import { samples } from "./testing.ts";

/**
 * Golden pairs: an environment of `testing.ts` and everything that root gets of it, but `control`, which is the same for all.
 * `GOLDEN=write` puts down what comes out now, to be read before it is kept.
 */
const golden = join(import.meta.dirname, "golden");

describe("root's files", () => {
  it.each(Object.keys(samples))("of an environment of %s are as they were", (name) => {
    const file = join(golden, `${name.replaceAll(" ", "-")}.txt`);
    const text = filesOf(name)
      .filter(({ path }) => basename(path) !== "control")
      .map(
        ({ path, text, mode, shared }) =>
          `>>> ${path} ${mode.toString(8)}${shared ? " shared" : ""}\n${text}`,
      )
      .join("\n");
    if (process.env["GOLDEN"] === "write") writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, "utf8"));
  });

  it("of two environments are apart, but for those that are the same for all", () => {
    const [first = [], second = []] = Object.keys(samples).map(filesOf);
    const both = first.filter(({ path }) => second.some((other) => other.path === path));
    expect(both.map(({ shared }) => shared)).not.toContain(false);
    expect(both).toHaveLength(2);
  });

  it("are nobody else's to write, and the order of sudo nobody else's to read", () => {
    const all = Object.keys(samples).flatMap(filesOf);
    expect(all.filter(({ mode }) => (mode & 0o022) !== 0)).toEqual([]);
    expect(all.filter(({ path }) => path.includes("sudoers")).map(({ mode }) => mode)).toEqual([
      0o440, 0o440,
    ]);
  });
});

const hasAnalyze = spawnSync("systemd-analyze", ["--version"]).status === 0;
describe.skipIf(mayBeLeftOut(!hasAnalyze))(
  "units, as systemd itself judges them (systemd-analyze is not here if skipped)",
  () => {
    let folder: string;
    beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "cozy-units-"))));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it.each(Object.keys(samples))("of an environment of %s have no fault", (name) => {
      const units = layUnits(folder, name);
      const { status, stderr } = spawnSync(
        "systemd-analyze",
        ["verify", "--man=no", "--recursive-errors=no", ...units],
        {
          encoding: "utf8",
        },
      );
      expect([status, stderr]).toEqual([0, ""]);
    });

    it.each(Object.keys(samples))("of an environment of %s are exposed to 1.5 at most", (name) => {
      const units = layUnits(folder, name).filter((path) => path.endsWith(".service"));
      // Ends with 1 where one is above.
      const words = ["security", "--offline=true", "--threshold=15"];
      const judged = units.map((unit) => spawnSync("systemd-analyze", [...words, unit]).status);
      expect(judged).toEqual(units.map(() => 0));
    });

    it("would be found out if they were not", () => {
      const unit = join(folder, "bare.service");
      writeFileSync(unit, "[Service]\nExecStart=/bin/sh\nKillMode=sometimes\n");
      const security = spawnSync("systemd-analyze", ["security", "--offline=true", "--threshold=15", unit]);
      expect(security.status).toBe(1);
      const verify = spawnSync("systemd-analyze", ["verify", "--man=no", unit], { encoding: "utf8" });
      expect(verify.stderr).toContain("ignoring: sometimes");
    });
  },
);

function filesOf(name: string): readonly RootFile[] {
  const facts = samples[name];
  return facts === undefined ? [] : rootFiles(facts);
}

/** A drop-in is judged with the least that it can stand beside. */
function layUnits(folder: string, name: string): string[] {
  const own = join(folder, name.replaceAll(" ", "-"));
  mkdirSync(own, { recursive: true });
  return filesOf(name)
    .filter(({ path }) => path.startsWith("/etc/systemd/system/"))
    .map(({ path, text }) => {
      const isDropIn = path.endsWith(".d/cozy.conf");
      const unit = join(own, basename(isDropIn ? path.replace(/\.d\/cozy\.conf$/, "") : path));
      writeFileSync(unit, isDropIn ? `${text}\nType=oneshot\nExecStart=/bin/sh /x\n` : text);
      return unit;
    });
}
