import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireLease, type LeaseRequest } from "../engine/hold-lease.ts";
import { knowing } from "../engine/kept-elsewhere.ts";
import { raiseFences } from "../engine/raise-fences.ts";
import {
  agentInProcess,
  portsIn,
  sampleHello,
  type AgentInProcess,
} from "../hosts/agent/testing/in-process.ts";
import { fakeHost, type FakeHost } from "../hosts/fake-host.ts";
import { bringKept } from "./bring-kept.ts";

const signal = new AbortController().signal;
const lease: LeaseRequest = {
  owner: { user: "deployer", host: "laptop", pid: 1, boot: "b", processStart: "s" },
  purpose: { command: "move-keeper" },
  now: Date.now,
  hasEnded: async () => false,
};

interface Server {
  readonly fake: FakeHost;
  readonly agent: AgentInProcess;
}

let folder: string;
let old: Server;
let young: Server;
let told: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-keeper-"));
  [old, young] = [serverOf("web-1"), serverOf("web-2")];
  told = [];
});
afterEach(async () => {
  for (const { agent } of [old, young]) agent.session.close();
  await rm(folder, { recursive: true, force: true });
});

function serverOf(name: string): Server {
  const fake = fakeHost(name);
  fake.token = 0;
  return { fake, agent: agentInProcess(portsIn(join(folder, name), fake), sampleHello({ host: name })) };
}

function opened(...servers: readonly Server[]) {
  return servers.map(({ agent: { host, ports } }) => ({
    host,
    lease: { ...ports.lease, environment: "staging" },
    keptFiles: ports.keptFiles,
  }));
}

function leaseOf({ agent }: Server) {
  return { ...agent.ports.lease, environment: "staging" };
}

async function bring(
  servers: readonly Server[],
  more: { withoutPast?: boolean; away?: readonly string[] } = {},
) {
  await bringKept(
    {
      servers: opened(...servers),
      unreachable: (more.away ?? []).map((host) => ({ host, why: "the power failed" })),
    },
    {
      environment: "staging",
      withoutPast: more.withoutPast === true,
      lease,
      signal,
      tell: (text) => void told.push(text),
    },
  );
}

/** Something is done to the environment, by way of the first of these. */
async function change(...servers: readonly Server[]): Promise<void> {
  const [first = old] = servers;
  const hosts = opened(...servers).map(({ host }) => host);
  const seen = await Promise.all(hosts.map((host) => host.raiseFence(0, signal)));
  const hold = await acquireLease(knowing(leaseOf(first), Math.max(...seen)), lease);
  try {
    await raiseFences(hold, hosts, signal);
  } finally {
    await hold.release();
  }
}

describe("the server that keeps an environment", () => {
  it("is another one when all was brought there, and from then on nobody gets past it", async () => {
    await change(old, young);
    await old.agent.ports.keptFiles.write("journals/1-deploy.jsonl", '{"cut":');
    await old.agent.ports.keptFiles.write("generated.json", "{}");
    await expect(change(young, old)).rejects.toMatchObject({ code: "kept-elsewhere" });
    await bring([young, old]);
    expect(told).toEqual(["web-2 keeps staging from now on, with 2 files that web-1 kept."]);
    expect(await young.agent.ports.keptFiles.read("journals/1-deploy.jsonl")).toBe('{"cut":');
    await change(young, old);
    for (const _ of [1, 2, 3])
      await expect(change(old, young)).rejects.toMatchObject({ code: "kept-elsewhere" });
    await bring([young, old]);
    expect(told.at(-1)).toBe("web-2 keeps staging.");
  });

  it("goes back to the first as well, with what was done meanwhile", async () => {
    await change(old, young);
    await bring([young, old]);
    await young.agent.ports.keptFiles.write("journals/2-deploy.jsonl", "{}\n");
    await change(young, old);
    await bring([old, young]);
    expect(await old.agent.ports.keptFiles.list()).toEqual(["journals/2-deploy.jsonl"]);
    await change(old, young);
    await expect(change(young, old)).rejects.toMatchObject({ code: "kept-elsewhere" });
  });

  it("stays where somebody is at work by way of it", async () => {
    await change(old, young);
    const hold = await acquireLease(leaseOf(old), lease);
    await expect(bring([young, old])).rejects.toMatchObject({ code: "lease-held" });
    await hold.release();
    await change(old, young);
  });

  it("is missed where it can't be reached, and only left behind when that is said", async () => {
    await change(old, young);
    old.fake.dead = true;
    await expect(bring([young, old], { away: ["web-1"] })).rejects.toMatchObject({
      code: "keeper-not-found",
      details: ["web-1 can't be reached: the power failed"],
    });
    await bring([young, old], { away: ["web-1"], withoutPast: true });
    expect(told).toEqual(["web-2 keeps staging from now on."]);
    await change(young);
    old.fake.dead = false;
    await expect(change(old, young)).rejects.toMatchObject({ code: "kept-elsewhere" });
  });

  it("is not left behind where it can be reached", async () => {
    await change(old, young);
    await expect(bring([young, old], { withoutPast: true })).rejects.toMatchObject({ code: "wrong-usage" });
  });
});
