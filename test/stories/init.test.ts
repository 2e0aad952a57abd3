import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { sharedHome } from "../support/shared-home.ts";
import { createSandbox, served } from "../support/sandbox.ts";

const cozywish = fileURLToPath(new URL("../../examples/cozywish", import.meta.url));

describe("cozy init", () => {
  it("writes a project file that deploys, for an application that it has never seen", async () => {
    const sandbox = await createSandbox({ environment: "local" });
    const config = join(sandbox.project, "cozy.config.ts");
    try {
      await rm(config);
      const scripts = { start: "node server.js", build: "node build.js", migrate: "node migrate.js" };
      await sandbox.write(
        "package.json",
        JSON.stringify({ name: "shop", type: "module", engines: { node: ">=22.15" }, scripts }),
      );
      await sandbox.write(".env.example", "COLOUR=violet\nSESSION_SECRET=\n");
      const { stdout } = await sandbox.ok(["init"]);
      expect(stdout).toContain("Wrote cozy.config.ts");
      await sandbox.commit({
        "cozy.config.ts": (await readFile(config, "utf8")).replace("8080", String(sandbox.port)),
      });
      await sandbox.ok(["deploy"]);
      expect(await served(sandbox.url)).toMatchObject({ version: "one", colour: "violet" });
      const again = await sandbox.cozy(["init"]);
      expect(again.code).toBe(2);
      expect(again.stderr).toContain("config-exists");
    } finally {
      await sandbox.dispose();
    }
  });

  it("does so for CozyWish", async () => {
    const sandbox = await createSandbox({ environment: "local", fixture: cozywish, home: sharedHome() });
    const config = join(sandbox.project, "cozy.config.ts");
    try {
      await rm(config);
      await sandbox.ok(["init"]);
      await sandbox.commit({
        "cozy.config.ts": (await readFile(config, "utf8")).replace("8080", String(sandbox.port)),
      });
      await sandbox.ok(["deploy"]);
      const page = await (await fetch(`${sandbox.url}/`)).text();
      expect(page).toContain("CozyWish");
    } finally {
      await sandbox.dispose();
    }
  });
});
