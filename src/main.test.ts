import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "./artifacts/testing.ts";

const main = join(import.meta.dirname, "main.ts");

describe("cozy whose reader has gone", () => {
  it("comes to its end, and says nothing of it", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "cozy.config.ts"), "export default {};\n");
    const child = spawn(process.execPath, [main, "check", "--json"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    const [errors, exitCode] = await Promise.all([
      child.stderr.toArray().then((parts) => parts.join("")),
      new Promise((resolve) => child.once("close", resolve)),
    ]);
    // A fault of the project file, as if it had been read.
    expect([exitCode, errors]).toEqual([2, ""]);
  });
});
