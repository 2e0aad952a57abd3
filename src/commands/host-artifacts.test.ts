import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import { machinePaths } from "../hosts/environment-paths.ts";
import { hostArtifacts } from "./host-artifacts.ts";

const never = new AbortController().signal;
const id = "a".repeat(64);

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function asked(answers: Readonly<Record<string, Error>>) {
  const home = await mkdtemp(join(tmpdir(), "cozy-taken-"));
  folders.push(home);
  const hosts: string[] = [];
  const artifacts = hostArtifacts(machinePaths({ COZY_HOME: home }, home), {
    takeArtifact: async (host) => {
      hosts.push(host);
      const error = answers[host];
      if (error !== undefined) throw error;
    },
  });
  return { hosts, taking: artifacts.take(id, ["web-1", "web-2"], () => {}, never) };
}

describe("an artifact that hosts have", () => {
  const damaged = new CozyError("artifact-damaged", { message: "web-1: it is damaged" });

  it("is asked of the next one where it is damaged on one, and the first fault is told", async () => {
    const { hosts, taking } = await asked({ "web-1": damaged, "web-2": damaged });
    await expect(taking).rejects.toBe(damaged);
    expect(hosts).toEqual(["web-1", "web-2"]);
  });

  it("is not asked of others where this machine is what fails", async () => {
    const full = new CozyError("disk-full", { message: "no room here" });
    const { hosts, taking } = await asked({ "web-1": full });
    await expect(taking).rejects.toBe(full);
    expect(hosts).toEqual(["web-1"]);
  });

  it("is said to be nowhere where nobody has brought it", async () => {
    const { taking } = await asked({});
    await expect(taking).rejects.toMatchObject({ code: "artifact-missing" });
  });
});
