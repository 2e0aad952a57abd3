import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "tsdown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/**
 * Golden pairs: a project file, a line of dashes, and what a user reads of it. Further files of the folder follow a line `>>> name`.
 * `GOLDEN=write` puts down what comes out now, to be read before it is kept.
 */
const here = dirname(fileURLToPath(import.meta.url));
const separator = "\n----------\n";
const cases = readdirSync(here).filter((name) => name.endsWith(".txt"));
const outcomes = new Map<string, Readonly<Record<string, string>>>();
let temporary = "";

/** From the sources and from a bundle, as users have it, because in a bundle cozy's own files are imported otherwise. */
beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), "cozy-golden-"));
  const bundle = join(temporary, "bundle");
  await bundled(bundle);
  outcomes.set("sources", await outcomesOf(join(here, "load-one-each.ts"), "from-sources"));
  outcomes.set("bundle", await outcomesOf(join(bundle, "main.js"), "from-bundle"));
}, 60_000);

afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

describe("faulty project files", () => {
  it("has enough cases", () => {
    expect(cases.length).toBeGreaterThanOrEqual(15);
  });

  it.each(cases)("%s", (name) => {
    const outcome = outcomes.get("sources")?.[name] ?? "";
    if (process.env["GOLDEN"] === "write") keep(name, outcome);
    const [, expected = ""] = readFileSync(join(here, name), "utf8").split(separator);
    expect(outcome).toBe(expected.trimEnd());
  });

  it("are told the same by the bundle", () => {
    expect(outcomes.get("bundle")).toEqual(outcomes.get("sources"));
  });
});

async function bundled(outDir: string): Promise<void> {
  await build({
    config: false,
    entry: { main: join(here, "load-one-each.ts"), index: join(here, "..", "..", "index.ts") },
    outDir,
    format: "esm",
    platform: "node",
    target: "node22.15",
    dts: false,
    logLevel: "silent",
    outExtensions: () => ({ js: ".js" }),
    deps: { alwaysBundle: [/.*/], onlyBundle: false },
  });
  writeFileSync(join(outDir, "package.json"), '{ "type": "module" }');
}

async function outcomesOf(program: string, folder: string): Promise<Readonly<Record<string, string>>> {
  const folders = cases.map((name) => layOut(name, join(temporary, folder)));
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...folders], { timeout: 45_000 });
  const texts: string[] = JSON.parse(stdout);
  return Object.fromEntries(cases.map((name, i) => [name, texts[i] ?? ""]));
}

function keep(name: string, outcome: string): void {
  const [input = ""] = readFileSync(join(here, name), "utf8").split(separator);
  writeFileSync(join(here, name), `${input}${separator}${outcome}\n`);
}

function layOut(name: string, parent: string): string {
  const [input = ""] = readFileSync(join(here, name), "utf8").split(separator);
  const folder = join(parent, name.replace(".txt", ""));
  mkdirSync(folder, { recursive: true });
  const [config = "", ...others] = input.split(/^>>> /m);
  writeFileSync(join(folder, "cozy.config.ts"), config);
  for (const other of others) {
    const [path = "", ...lines] = other.split("\n");
    writeFileSync(join(folder, path), lines.join("\n"));
  }
  return folder;
}
