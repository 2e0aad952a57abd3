import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  fingerprint,
  knownName,
  linesFor,
  parseKnownHosts,
  pinnedKeys,
  standingOf,
  withKey,
  type HostKey,
} from "./known-hosts.ts";

const one: HostKey = {
  type: "ssh-ed25519",
  key: "AAAAC3NzaC1lZDI1NTE5AAAAIEzheLXM/tAkb4TqkagUYy5tPB1UePu5jBnI2S4lgCFn",
};
const two: HostKey = {
  type: "ssh-ed25519",
  key: "AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
};
const text = (name: string, { type, key }: HostKey) => `${name} ${type} ${key}\n`;

describe("known hosts", () => {
  it.each([
    ["the same", text("web-1", one), "pinned"],
    ["another", text("web-1", two), "changed"],
    ["none", text("web-10", one), "unknown"],
    ["one of several", text("web-1", two) + text("web-1", one), "pinned"],
    ["by a list of names", text("db,web-1", one), "pinned"],
    ["by a pattern", text("web-?", one), "pinned"],
    ["by a pattern that leaves it out", text("web-*,!web-1", one), "unknown"],
    ["revoked", `@revoked ${text("*", one)}${text("web-1", one)}`, "revoked"],
    ["a comment", `# ${text("web-1", one)}`, "unknown"],
    ["one of another port", text("[web-1]:2222", one), "unknown"],
  ])("%s", (_, file, standing) => {
    expect(standingOf(parseKnownHosts(file), "web-1", one)).toBe(standing);
  });

  it("says which lines are damaged", () => {
    expect(
      parseKnownHosts(`# fine\n\n${text("web-1", one)}web-1 ssh-ed25519\nweb-1 ssh-ed25519 AA=A\n`).damaged,
    ).toEqual([4, 5]);
  });

  it("puts one key in the place of all others of a name, and touches nothing else", () => {
    const file = `# ours\n${text("web-1", two)}${text("db,web-1", two)}${text("web-10", two)}@revoked ${text("web-1", two)}`;
    expect(withKey(parseKnownHosts(file), "web-1", one)).toBe(
      `# ours\n${text("db", two)}${text("web-10", two)}@revoked ${text("web-1", two)}${text("web-1", one)}`,
    );
  });

  it("keeps what was written, whatever else is in the file", () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(text("web-1", two).trim(), "# x", "", "@revoked * a b"),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const before = parseKnownHosts(lines.map((given) => given.replaceAll(/[\r\n]/g, "")).join("\n"));
        const after = parseKnownHosts(withKey(before, "web-1", one));
        expect(pinnedKeys(after, "web-1")).toEqual([one]);
        expect(pinnedKeys(parseKnownHosts(linesFor(after, "web-1")), "web-1")).toEqual([one]);
        expect(withKey(after, "web-1", one)).toBe(after.lines.map((kept) => `${kept.text}\n`).join(""));
      }),
    );
  });

  it("reads what OpenSSH hashes, and has its fingerprints", () => {
    const folder = mkdtempSync(join(tmpdir(), "cozy-known-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "known_hosts");
    writeFileSync(file, text("[web-1]:2222", one));
    const [, shown] = execFileSync("ssh-keygen", ["-l", "-f", file], { encoding: "utf8" }).split(" ");
    expect(fingerprint(one)).toBe(shown);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
    const hashed = parseKnownHosts(readFileSync(file, "utf8"));
    expect(standingOf(hashed, knownName("web-1", 2222), one)).toBe("pinned");
    expect(standingOf(hashed, knownName("web-1", 22), one)).toBe("unknown");
    expect(withKey(hashed, knownName("web-1", 2222), two)).toBe(text("[web-1]:2222", two));
  });
});
