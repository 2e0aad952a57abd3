import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CozyError } from "../../../errors/cozy-error.ts";
import { initProject } from "../init-project.ts";

/**
 * Golden pairs: the files of an application (`>>> path` before each; one that ends in a slash is a folder), a line of dashes, and
 * the project file that is written for it with what was found and missed. What is written is then loaded.
 * `GOLDEN=write` puts down what comes out now, to be read before it is kept.
 */
const here = dirname(fileURLToPath(import.meta.url));
const separator = "\n----------\n";
const cases = readdirSync(here).filter((name) => name.endsWith(".txt"));
let temporary = "";

beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), "cozy-init-"));
});
afterAll(() => {
  rmSync(temporary, { recursive: true, force: true });
});

describe("cozy init", () => {
  it.each(cases)("%s", async (name) => {
    const [input = ""] = readFileSync(join(here, name), "utf8").split(separator);
    const outcome = await initialised(layOut(name, input));
    if (process.env["GOLDEN"] === "write")
      writeFileSync(join(here, name), `${input}${separator}${outcome}\n`);
    const [, expected = ""] = readFileSync(join(here, name), "utf8").split(separator);
    expect(outcome).toBe(expected.trimEnd());
  });

  it("writes files that load without a fault", async () => {
    const written = readdirSync(temporary)
      .map((name) => join(temporary, name))
      .filter((folder) => readdirSync(folder).some((name) => name.startsWith("cozy.config.")));
    expect(written.length).toBeGreaterThan(15);
    const program = join(here, "..", "..", "golden", "load-one-each.ts");
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...written], {
      timeout: 45_000,
    });
    const outcomes: string[] = JSON.parse(stdout);
    for (const outcome of outcomes) expect(outcome).toMatch(/^ok: /);
  });

  it("never writes over a project file", async () => {
    const folder = layOut(
      "existing.txt",
      '>>> package.json\n{}\n>>> cozy.config.mjs\nexport default "mine";\n',
    );
    await expect(initProject({ folder, nodeVersion: "24.0.0" })).rejects.toMatchObject({
      code: "config-exists",
    });
    expect(readdirSync(folder).sort()).toEqual(["cozy.config.mjs", "package.json"]);
    expect(readFileSync(join(folder, "cozy.config.mjs"), "utf8")).toBe('export default "mine";\n');
  });
});

async function initialised(folder: string): Promise<string> {
  try {
    const { text, found, missing } = await initProject({ folder, nodeVersion: "v24.21.0" });
    return [
      text,
      "found:",
      ...found.map((one) => `  ${one}`),
      "not found:",
      ...missing.map((one) => `  ${one}`),
    ].join("\n");
  } catch (error) {
    if (!(error instanceof CozyError)) throw error;
    return `[${error.code}] ${error.message}\n${error.state ?? ""}\nnext: ${error.next ?? ""}`;
  }
}

function layOut(name: string, input: string): string {
  const folder = join(temporary, name.replace(".txt", ""));
  mkdirSync(folder);
  for (const file of input.split(/^>>> /m).slice(1)) {
    const [path = "", ...lines] = file.split("\n");
    if (path.endsWith("/")) mkdirSync(join(folder, path), { recursive: true });
    else {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), lines.join("\n"));
    }
  }
  return folder;
}
