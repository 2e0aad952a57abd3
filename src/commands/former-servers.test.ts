import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { fakeHost } from "../hosts/fake-host.ts";
import { sampleProject, sampleRecord, sampleServers } from "../release/testing.ts";
import { formerServersWarnings } from "./former-servers.ts";

const key = `ssh-ed25519 ${"A".repeat(68)}`;
const never = new AbortController().signal;
const target = {
  ...sampleServers(),
  hosts: [{ name: "web-1", address: "web-1.example.org", sshPort: 2222 }],
  builder: { name: "build", address: "build.example.org", sshPort: 22 },
};

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function warned(knownHosts: string, { hasRelease = false } = {}): Promise<readonly string[]> {
  const root = await mkdtemp(join(tmpdir(), "cozy-former-"));
  folders.push(root);
  await mkdir(join(root, ".cozy"));
  await writeFile(join(root, ".cozy", "known_hosts"), knownHosts);
  const sample = sampleProject();
  const [first] = Object.values(sample.environments);
  if (first === undefined) throw new Error("the sample has an environment");
  const environment = { ...first, target };
  const project = { ...sample, root, environments: { staging: environment } };
  const host = fakeHost("web-1");
  const release = sampleRecord(project, "one");
  if (hasRelease) await host.placeRelease({ release, variables: {}, persist: [] }, never);
  return formerServersWarnings({ project, environment }, [await host.observe(never)]);
}

describe("a first deploy", () => {
  const pins = `[web-1.example.org]:2222 ${key}\nbuild.example.org ${key}\n`;
  const former = `${pins}old.example.org,10.0.0.1 ${key}\n`;

  it("is warned of servers that the project has pinned and names no more", async () => {
    const [text, ...others] = await warned(former);
    expect(others).toEqual([]);
    expect(text).toMatch(
      /\.cozy\/known_hosts also pins old\.example\.org, which .* cozy move-keeper staging\./,
    );
  });

  it.each([
    ["all that are pinned are named", pins],
    ["what is pinned is a pattern, hashed or revoked", `${pins}*.example.org ${key}\n@revoked old ${key}\n`],
    ["a name of the same line is named", `web.example.org,[web-1.example.org]:2222 ${key}\n`],
  ])("is warned of nothing where %s", async (_, text) => {
    expect(await warned(text)).toEqual([]);
  });

  it("is none where a server has had a release", async () => {
    expect(await warned(former, { hasRelease: true })).toEqual([]);
  });
});
