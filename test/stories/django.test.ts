import { readFile, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import type { Sandbox } from "../support/sandbox.ts";
import { createDjangoSandboxBesideOthers, djangoPage } from "../support/tiny-django.ts";
import { betweenRequestsMs } from "../support/soak.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createDjangoSandboxBesideOthers("story");
  await sandbox.ok(["deploy", "staging"]);
});
afterAll(async () => sandbox.dispose());

const views = async (version: string): Promise<Record<string, string>> => {
  const text = await readFile(join(sandbox.project, "notes", "views.py"), "utf8");
  return { "notes/views.py": text.replace(/^VERSION = .*$/m, `VERSION = "${version}"`) };
};

describe("a Django application", () => {
  it("is deployed with its packages, its Python, its migrations and its static files", async () => {
    const page = await djangoPage(sandbox.url);
    expect(page).toMatchObject({ version: "one", notes: 0, settings: "tiny.settings" });
    expect(page.style).toMatch(/^\/static\/notes\/style\.[0-9a-f]{12}\.css$/);
    const style = await fetch(`${sandbox.url}${page.style}`);
    expect([style.status, await style.text()]).toEqual([200, expect.stringContaining("color")]);
    // Only Linux tells which program a process runs; elsewhere the release's own link has to do.
    const link = join(sandbox.home, "environments", "story-staging", "releases", page.release, "runtime");
    const program = process.platform === "linux" ? `/proc/${page.pid}/exe` : link;
    expect((await readlink(program)).startsWith(join(sandbox.home, "runtimes", "python-3."))).toBe(true);
  });

  it("has its own packages and settings in a command that is run for it, and writes nothing beside its code", async () => {
    const command =
      "import django.conf; from notes import models; print(django.conf.settings.SETTINGS_MODULE)";
    const { stdout } = await sandbox.ok([
      "run",
      "staging",
      "--",
      "python",
      "manage.py",
      "shell",
      "-v0",
      "-c",
      command,
    ]);
    expect(stdout).toContain("tiny.settings");
    const { stdout: status } = await sandbox.ok([
      "run",
      "staging",
      "--",
      "python",
      "-c",
      "import sys; print(sys.dont_write_bytecode)",
    ]);
    expect(status).toContain("True");
  });

  it("loses no request over a one-line change, renamed settings, and back to the release that had the old ones", async () => {
    const load = startLoad({ url: `${sandbox.url}/`, connections: 8, pauseMs: betweenRequestsMs });
    await sandbox.commit(await views("two"));
    await sandbox.ok(["deploy", "staging"]);
    const two = await djangoPage(sandbox.url);
    expect(two).toMatchObject({ version: "two", settings: "tiny.settings" });

    const read = (file: string) => readFile(join(sandbox.project, file), "utf8");
    const renamed = (text: string) =>
      text.replaceAll("tiny.settings", "tiny.configuration").replaceAll("tiny.wsgi", "tiny.server");
    const files = {
      "tiny/configuration.py": renamed(await read("tiny/settings.py")),
      "tiny/server.py": renamed(await read("tiny/wsgi.py")),
      "manage.py": renamed(await read("manage.py")),
      ...(await views("three")),
    };
    await Promise.all(["tiny/settings.py", "tiny/wsgi.py"].map((file) => rm(join(sandbox.project, file))));
    await sandbox.commit(files);
    await sandbox.ok(["deploy", "staging"]);
    expect(await djangoPage(sandbox.url)).toMatchObject({ version: "three", settings: "tiny.configuration" });

    await sandbox.ok(["rollback", "staging"]);
    expect(await djangoPage(sandbox.url)).toEqual({ ...two, pid: expect.any(Number) });

    const { failed, errors, sent } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    expect(sent).toBeGreaterThan(200);
  });

  it("is started again under its old settings after everything was stopped", async () => {
    const before = await djangoPage(sandbox.url);
    await sandbox.ok(["stop", "staging"]);
    await sandbox.ok(["start", "staging"]);
    expect(await djangoPage(sandbox.url)).toMatchObject({
      settings: before.settings,
      release: before.release,
    });
  });
});
