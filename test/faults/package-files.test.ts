import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, served, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await createSandbox();
});
afterEach(async () => sandbox.dispose());

const withDependency = JSON.stringify({
  name: "tiny-app",
  version: "1.0.0",
  type: "module",
  dependencies: { "is-number": "7.0.0" },
});

describe("a package.json", () => {
  it("with dependencies and without a lock file is refused with the command that makes one", async () => {
    await rm(join(sandbox.project, "package-lock.json"));
    await sandbox.commit({ "package.json": withDependency });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("lock-file-missing");
    expect(stderr).toContain("npm install --package-lock-only && git add package-lock.json && git commit");
    await expect(served(sandbox.url)).rejects.toThrow("fetch failed");
  });

  it("with a lock file of another program is refused with its name", async () => {
    await rm(join(sandbox.project, "package-lock.json"));
    await sandbox.commit({ "package.json": withDependency, "yarn.lock": "" });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("lock-file-not-carried-out");
    expect(stderr).toContain("locked by Yarn");
  });

  it("behind which the lock file is older is refused with the command that renews it", async () => {
    await sandbox.commit({ "package.json": withDependency });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("dependencies-failed");
    expect(stderr).toContain("npm install && git add package.json package-lock.json && git commit");
  });

  it("without a start script deploys where the project file has the command", async () => {
    await sandbox.commit({ "package.json": '{ "name": "tiny-app", "version": "1.0.0", "type": "module" }' });
    await sandbox.ok(["deploy", "staging"]);
    expect((await served(sandbox.url)).version).toBe("one");
  });

  it("without a start script makes `cozy init` say what it could not find", async () => {
    await rm(join(sandbox.project, "cozy.config.ts"));
    await rm(join(sandbox.project, "server.js"));
    await sandbox.commit({ "package.json": '{ "name": "tiny-app", "version": "1.0.0", "type": "module" }' });
    const { stdout } = await sandbox.ok(["init"]);
    expect(stdout).toContain("What starts the application: there is no Procfile, no `start` script");
  });
});
