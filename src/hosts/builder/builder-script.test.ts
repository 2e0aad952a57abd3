import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { getPriority } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../artifacts/testing.ts";
import { scriptExits } from "../agent/agent-scripts.ts";
import { builderScript } from "./builder-script.ts";

const run = promisify(execFile);

describe.skipIf(process.platform !== "linux")("the program that builds", () => {
  it("gains no rights by any program that it starts, and gives way to others", async () => {
    const code = join(await tempFolder(), "builder.mjs");
    await writeFile(
      code,
      `import { execFileSync } from "node:child_process";
console.log(execFileSync("sh", ["-c", "grep NoNewPrivs /proc/self/status; nice"]).toString());`,
    );
    const { stdout } = await run("/bin/sh", ["-c", builderScript, "cozy", process.execPath, code]);
    expect(stdout.trim().split(/\s+/)).toEqual([
      "NoNewPrivs:",
      "1",
      String(Math.min(19, getPriority() + 10)),
    ]);
  });

  it("is not begun where it is not there", async () => {
    const missing = join(await tempFolder(), "missing");
    await expect(run("/bin/sh", ["-c", builderScript, "cozy", missing, missing])).rejects.toMatchObject({
      code: scriptExits.nodeMissing,
    });
  });
});
