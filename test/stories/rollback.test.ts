import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, served, until, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox();
  for (const version of ["one", "two", "three"]) {
    await sandbox.commit({ "version.txt": `${version}\n` }, version);
    await sandbox.ok(["deploy", "staging"]);
  }
});
afterAll(async () => sandbox.dispose());

describe("rollback", () => {
  it("goes to the release before, with its own variables, and back forward by name", async () => {
    const third = await served(sandbox.url);
    await sandbox.ok(["rollback", "staging"]);
    expect((await served(sandbox.url)).version).toBe("two");
    await sandbox.ok(["rollback", "staging", third.release]);
    expect((await served(sandbox.url)).version).toBe("three");
  });

  it("goes to any kept release, whose instances are started anew when they are not warm", async () => {
    const releases = await sandbox.json<{ id: string; subject: string }[]>(["releases", "staging"]);
    const first = releases.find(({ subject }) => subject === "one");
    await sandbox.ok(["rollback", "staging", first?.id ?? ""]);
    expect((await served(sandbox.url)).version).toBe("one");
  });

  it("refuses where there is nothing earlier, and names what is near", async () => {
    const { code, stderr } = await sandbox.cozy(["rollback", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("is the oldest release that staging keeps");
    const unknown = await sandbox.cozy(["rollback", "staging", "20990101-000000-fffffff"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("cozy releases staging");
    expect((await served(sandbox.url)).version).toBe("one");
  });
});

describe("a release whose instance crashed some time ago", () => {
  it("can be rolled back to all the same", async () => {
    const before = await served(sandbox.url);
    process.kill(before.pid, "SIGKILL");
    await until("it runs again", async () => {
      const { host } = await sandbox.json<{ host: { instances: { restarts: number; state: string }[] } }>([
        "status",
        "staging",
      ]);
      return host.instances.some(({ restarts, state }) => restarts > 0 && state === "running");
    });
    await sandbox.commit({ "version.txt": "next\n" }, "next");
    await sandbox.ok(["deploy", "staging"]);
    await sandbox.ok(["rollback", "staging"]);
    expect((await served(sandbox.url)).release).toBe(before.release);
  });
});

describe("a second bad release", () => {
  it("is rolled back to what served before it, not to the first bad one", async () => {
    const good = await served(sandbox.url);
    for (const version of ["bad", "worse"]) {
      await sandbox.commit({ "version.txt": `${version}\n` }, version);
      await sandbox.ok(["deploy", "staging"]);
      expect((await served(sandbox.url)).version).toBe(version);
      await sandbox.ok(["rollback", "staging"]);
      expect((await served(sandbox.url)).release).toBe(good.release);
    }
  });
});
