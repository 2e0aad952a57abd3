import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stripCacheIn } from "./config-file/strip-cache.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cozy-load-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const shop = (source: string): string =>
  `${source}\nexport default defineProject({ name: "shop", app: node({ runtime: "24", processes: { web: "node s.js" } }), environments: { local: { target: thisMachine({ port: 1234 }) } } });\n`;
const imports = 'import { defineProject, node, thisMachine } from "cozywish";';

/** Loads in a Node of its own, and gives what it printed on both streams. */
async function load(): Promise<{ stdout: string; stderr: string }> {
  const program = new URL("golden/load-one-each.ts", import.meta.url).pathname;
  return promisify(execFile)(process.execPath, [program, folder], { timeout: 45_000 });
}

describe("loadProject", () => {
  it.each([
    ["cozy.config.ts", "module"],
    ["cozy.config.mts", "commonjs"],
    ["cozy.config.js", "module"],
    ["cozy.config.mjs", "commonjs"],
    ["cozy.config.ts", "commonjs"],
  ])("loads %s in a package of type %s, without a word on stderr", async (name, type) => {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type }));
    writeFileSync(
      join(folder, name),
      shop(name.endsWith("ts") ? `${imports}\nconst port: number = 1;` : imports),
    );
    expect(await load()).toEqual({ stdout: '["ok: shop with local"]', stderr: "" });
  });

  it("means this very package, even where the project has another one installed", async () => {
    const installed = join(folder, "node_modules", "cozywish");
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, "package.json"), '{ "type": "module", "exports": "./index.js" }');
    writeFileSync(join(installed, "index.js"), 'throw new Error("the one that is installed");');
    writeFileSync(join(folder, "cozy.config.ts"), shop(imports));
    expect((await load()).stdout).toBe('["ok: shop with local"]');
  });

  it("takes parts from other files of the project", async () => {
    writeFileSync(join(folder, "parts.ts"), "export const port: number = 80;");
    writeFileSync(
      join(folder, "cozy.config.ts"),
      shop(`${imports}\nimport { port } from "./parts.ts";\nvoid port;`),
    );
    expect(await load()).toEqual({ stdout: '["ok: shop with local"]', stderr: "" });
  });
});

describe("stripCacheIn", () => {
  it("takes types out where they stood, once for each source", () => {
    const cache = join(folder, "cache");
    const strip = stripCacheIn(cache);
    const source = "const a: number = 1;\nexport const b = a as 1;\n";
    expect(strip(source)).toBe("const a         = 1;\nexport const b = a     ;\n");
    const [name = ""] = readdirSync(cache);
    expect(name).toMatch(/^[0-9a-f]{64}\.js$/);
    writeFileSync(join(cache, name), "kept");
    expect(strip(source)).toBe("kept");
  });

  it("does without a folder that can't be written to", () => {
    writeFileSync(join(folder, "file"), "");
    expect(stripCacheIn(join(folder, "file", "cache"))("let a: 1;")).toBe("let a   ;");
  });
});
