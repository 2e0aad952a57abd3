import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installAgents } from "./install-agents.ts";

let root: string;
let folders: { agents: string; distAgents: string };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "cozy-inst-"));
  folders = { agents: join(root, "agents"), distAgents: join(root, "dist") };
  mkdirSync(folders.distAgents);
  writeFileSync(join(folders.distAgents, "supervisor.js"), "supervisor 1");
  for (const name of ["proxy", "relay", "schedules", "backup"])
    writeFileSync(join(folders.distAgents, `${name}.js`), `${name} 1`);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("installAgents", () => {
  it("copies them to folders of their hash, whoever comes first", async () => {
    const all = await Promise.all([1, 2, 3, 4].map(() => installAgents(folders)));
    expect(new Set(all.map(({ hash }) => hash)).size).toBe(1);
    const [installed] = all;
    expect(readdirSync(folders.agents)).toHaveLength(2);
    expect(readdirSync(folders.agents)).toContain(installed?.hash);
    expect(readFileSync(String(installed?.supervisor), "utf8")).toBe("supervisor 1");
    expect(readFileSync(String(installed?.proxy), "utf8")).toBe("proxy 1");
    expect(readFileSync(String(installed?.relay), "utf8")).toBe("relay 1");
    expect(readFileSync(String(installed?.schedules), "utf8")).toBe("schedules 1");
    expect(readFileSync(String(installed?.backup), "utf8")).toBe("backup 1");
  });

  it("leaves supervisor and proxy where they are when only what goes into releases changes", async () => {
    const first = await installAgents(folders);
    writeFileSync(join(folders.distAgents, "relay.js"), "relay 2");
    const second = await installAgents(folders);
    const laid = { relay: "", schedules: "", backup: "" };
    expect({ ...second, ...laid }).toEqual({ ...first, ...laid });
    expect(second.relay).not.toBe(first.relay);
    expect(readFileSync(second.relay, "utf8")).toBe("relay 2");
    expect(readFileSync(first.relay, "utf8")).toBe("relay 1");
  });

  it("puts other code beside it", async () => {
    const first = await installAgents(folders);
    writeFileSync(join(folders.distAgents, "proxy.js"), "proxy 2");
    const second = await installAgents(folders);
    expect(second.hash).not.toBe(first.hash);
    expect(readFileSync(first.proxy, "utf8")).toBe("proxy 1");
    expect(readFileSync(second.proxy, "utf8")).toBe("proxy 2");
  });

  it("says what is missing", async () => {
    rmSync(join(folders.distAgents, "proxy.js"));
    const refused = installAgents(folders);
    await expect(refused).rejects.toMatchObject({
      code: "agents-missing",
      message: expect.stringContaining("proxy.js"),
    });
  });
});
