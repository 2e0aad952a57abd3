import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Environment, Project } from "../project/project.ts";
import type { ServersTarget } from "../project/servers.ts";
import { sampleProject, sampleServers } from "../release/testing.ts";
import { openSetup } from "./open-setup.ts";

let root: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), "cozy-open-setup-"))));
afterAll(() => rm(root, { recursive: true, force: true }));

const context = { env: { PATH: process.env["PATH"] }, homeFolder: "/nowhere", now: () => 0, version: "1" };
const hosts = ["web-1.invalid", "web-2.invalid"].map((address) => ({ name: address, address, sshPort: 22 }));
const given = { kind: "given", chain: "/nowhere/chain.pem", key: "/nowhere/key.pem" } as const;

function opened(change: Partial<Environment>): { project: Project; environment: Environment } {
  const target: ServersTarget = { ...sampleServers(), hosts, identity: undefined };
  const project = { ...sampleProject({}, change), root };
  const [found] = Object.values(project.environments);
  if (found === undefined) throw new Error("the sample has an environment");
  return { project, environment: { ...found, target } };
}

describe("what is brought to the hosts", () => {
  it.each<[string, string, Partial<Environment>]>([
    [
      "the file of a certificate",
      "certificate-unusable",
      { domains: { canonical: "shop.test", redirects: [], certificate: given } },
    ],
    [
      "a password",
      "variables-missing",
      {
        access: {
          password: { user: "team", value: { from: "environment", name: "NOT_SET" } },
          addresses: [],
        },
      },
    ],
  ])("is looked for before a set-up, and not needed for a removal: %s", async (_, code, change) => {
    const broken = opened(change);
    await expect(openSetup(context, broken)).rejects.toMatchObject({ code });
    expect((await openSetup(context, broken, "removal")).hosts).toHaveLength(2);
  });

  it("needs an address of the first one only where the others pass an authority's question on to it", async () => {
    const { hosts: found } = await openSetup(context, opened({}));
    expect(found.map(({ request }) => request.challenge)).toEqual([{ kind: "here" }, { kind: "here" }]);
    const certificate = {
      kind: "acme",
      email: "a@b.test",
      directory: undefined,
      directoryRoot: undefined,
    } as const;
    const issued = opened({ domains: { canonical: "shop.test", redirects: [], certificate } });
    await expect(openSetup(context, issued)).rejects.toMatchObject({ code: "setup-address-unknown" });
    expect((await openSetup(context, issued, "removal")).hosts).toHaveLength(2);
  });
});
