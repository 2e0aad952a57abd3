import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, freePort, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";

let first: Sandbox;
let second: Sandbox;
let previewPort: number;
beforeAll(async () => {
  previewPort = await freePort();
  first = await createSandbox({
    config: (port) =>
      tinyConfig(port).replace(
        "environments: {",
        `environments: {\n    preview: { target: thisMachine({ port: ${previewPort} }), database: sqlite(), variables: { COLOUR: "red" } },`,
      ),
  });
  second = await createSandbox({
    home: first.home,
    config: (port) => tinyConfig(port).replace('"tiny"', '"other"'),
  });
});
afterAll(async () => {
  await first.cozy(["stop", "preview"]);
  await second.cozy(["stop", "staging"]);
  await first.dispose();
  await second.dispose();
  await rm(first.home, { recursive: true, force: true });
});

describe("two environments and two projects on one machine", () => {
  it("serve side by side, from one artifact where the commit is the same", async () => {
    await first.ok(["deploy", "staging"]);
    const { stdout } = await first.ok(["deploy", "preview"]);
    expect(stdout).toContain("built before");
    await second.commit({ "version.txt": "other\n" });
    await second.ok(["deploy", "staging"]);
    expect(await served(first.url)).toMatchObject({ version: "one", colour: "blue" });
    expect(await served(`http://127.0.0.1:${previewPort}`)).toMatchObject({ version: "one", colour: "red" });
    expect(await served(second.url)).toMatchObject({ version: "other" });
  });

  it("stop and roll back without touching each other", async () => {
    await first.ok(["stop", "staging"]);
    expect((await served(`http://127.0.0.1:${previewPort}`)).version).toBe("one");
    expect((await served(second.url)).version).toBe("other");
    await first.ok(["start", "staging"]);
    expect((await served(first.url)).version).toBe("one");
  });
});
