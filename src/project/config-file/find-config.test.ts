import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findConfig } from "./find-config.ts";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "cozy-find-"));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

function file(...path: string[]): string {
  const full = join(home, ...path);
  mkdirSync(join(full, ".."), { recursive: true });
  writeFileSync(full, "");
  return full;
}

describe("findConfig", () => {
  it("goes up to the nearest project file", () => {
    file("shop", "cozy.config.ts");
    const nearest = file("shop", "apps", "cozy.config.mjs");
    mkdirSync(join(home, "shop", "apps", "web", "src"), { recursive: true });
    expect(findConfig(join(home, "shop", "apps", "web", "src"), home)).toBe(nearest);
  });

  it("does not leave the repository", () => {
    file("cozy.config.ts");
    file("shop", ".git", "HEAD");
    mkdirSync(join(home, "shop", "src"));
    expect(() => findConfig(join(home, "shop", "src"), home)).toThrow("There is no cozy.config.ts");
  });

  it("does not leave the home folder", () => {
    file("cozy.config.ts");
    mkdirSync(join(home, "user", "shop"), { recursive: true });
    expect(() => findConfig(join(home, "user", "shop"), join(home, "user"))).toThrow(
      "There is no cozy.config.ts",
    );
  });

  it("does not choose between two", () => {
    file("cozy.config.ts");
    file("cozy.config.js");
    expect(() => findConfig(home, home)).toThrow(/cozy\.config\.ts and cozy\.config\.js/);
  });
});
