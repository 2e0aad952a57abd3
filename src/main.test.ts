import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "./artifacts/testing.ts";

const main = join(import.meta.dirname, "main.ts");

describe("cozy whose reader has gone", () => {
  // A fault of the project file, as if it had been read; but nothing is left to do for one that only shows what others say.
  it.each([
    ["comes to its end", "check", 2],
    ["ends as by SIGPIPE where it only follows others", "logs", 141],
  ])("%s, and says nothing of it", async (_, command, code) => {
    const folder = await tempFolder();
    await writeFile(join(folder, "cozy.config.ts"), "export default {};\n");
    const child = spawn(process.execPath, [main, command, "--json"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const [errors, exitCode] = await Promise.all([
      child.stderr.toArray().then((parts) => parts.join("")),
      new Promise((resolve) => child.once("close", resolve)),
    ]);
    expect([exitCode, errors]).toEqual([code, ""]);
  });
});
