import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import type { Certificate } from "../project/servers.ts";
import { sampleProject, sampleServers } from "../release/testing.ts";
import { wantsCertificate } from "./certificate-needs.ts";
import { nominalFacts, type HostFacts } from "./host-facts.ts";
import type { SetupRequest } from "./setup-request.ts";

const acme: Certificate = { kind: "acme", email: "a@b.test", directory: undefined, directoryRoot: undefined };
const chain = madeChain();

function wants(facts: Partial<HostFacts>, where: "first" | "other" = "first", certificate = acme): boolean {
  const target = {
    ...sampleServers(),
    hosts: [1, 2].map((nth) => ({ name: `web-${nth}`, address: `10.0.0.${nth}`, sshPort: 22 })),
  };
  const domains = { canonical: "shop.test", redirects: [], certificate };
  const project = sampleProject({}, { name: "staging", domains, target });
  const [environment] = Object.values(project.environments);
  if (environment === undefined) throw new Error("the sample has an environment");
  const request: SetupRequest = {
    project,
    environment,
    target,
    deployKeys: [],
    sitePassword: undefined,
    challenge: where === "first" ? { kind: "here" } : { kind: "passed", to: "10.0.0.1" },
    directoryRoot: undefined,
    now: Date.now(),
  };
  return wantsCertificate(request, { ...nominalFacts, ...facts });
}

function madeChain(): string {
  const words = "req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -days 90 -subj /CN=site -addext";
  const { stdout } = spawnSync("openssl", [...words.split(" "), "subjectAltName=DNS:shop.test"]);
  return stdout.toString();
}

it("is wanted where there is none, and not where one is there and renewed", () => {
  expect(wants({})).toBe(true);
  expect(wants({ chain, renews: true })).toBe(false);
});

it("is wanted by a server that became the first one, since another has asked for the one that is there", () => {
  expect(wants({ chain, renews: false })).toBe(true);
  expect(wants({ chain, renews: false }, "other")).toBe(false);
  const given: Certificate = { kind: "given", chain: "/chain", key: "/key" };
  expect(wants({ chain, renews: false }, "first", given)).toBe(false);
});
