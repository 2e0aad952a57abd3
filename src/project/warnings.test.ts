import { describe, expect, it } from "vitest";
import {
  acme,
  defineProject,
  fromSecrets,
  givenCertificate,
  host,
  memory,
  node,
  noCertificate,
  postgres,
  redis,
  servers,
  sqlite,
  type Environment,
} from "../index.ts";
import { parseProject } from "./parse-project.ts";
import { projectWarnings } from "./warnings.ts";

function warned(production: Environment, persist: readonly string[] = []): string[] {
  const file = defineProject({
    name: "shop",
    app: node({ runtime: "24", processes: { web: "node server.js" }, migrate: "node migrate.js", persist }),
    environments: { production },
  });
  const parsed = parseProject(file, {
    root: "/shop",
    configPath: "/shop/cozy.config.ts",
    homeFolder: "/home/ada",
    cronFault: () => undefined,
    findRuntime: () => ({ ok: false, reason: "" }),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return projectWarnings(parsed.project);
}

const one = servers(["web-1"]);
const two = servers(["web-1", "web-2"]);
const password = { user: "team", value: fromSecrets("SITE_PASSWORD") };

describe("warnings", () => {
  it("are none for what is meant", () => {
    expect(
      warned(
        {
          target: one,
          database: sqlite(),
          cache: memory(),
          domains: { canonical: "shop.example.org", certificate: acme({ email: "ops@example.org" }) },
          access: { password },
        },
        ["uploads"],
      ),
    ).toEqual([]);
  });

  it("tell of builds on a server that serves production", () => {
    const on = (builder: string) => ({ target: servers(["web-1", "web-2"], { builder: host(builder) }) });
    expect(warned(on("build-1"))).toEqual([]);
    expect(warned(on("web-2"))).toEqual([
      "environments.production.target.builder is web-2, which serves `production`: each build takes memory and processors there that visitors wait for; a server that serves no visitors is the better one",
    ]);
  });

  it("tell what several servers do not share", () => {
    expect(warned({ target: two, cache: memory(), queue: memory() }, ["uploads"])).toEqual([
      "app.persist is a folder of its own on each server of `production`, and there are 2 servers",
      "environments.production.cache is `memory()`, and there are 2 servers: what one of them forgets, the others go on telling",
      "environments.production.queue is `memory()`, and there are 2 servers: a job waits in the process that took it",
    ]);
    expect(warned({ target: two, cache: redis({ url: "redis://localhost/0" }) })).toEqual([
      "environments.production.cache.url leads to the server itself, and there are 2 servers: what one of them forgets, the others go on telling",
    ]);
  });

  it("tell that nobody copies the database before a migration", () => {
    expect(warned({ target: two, database: postgres({ url: fromSecrets("DATABASE_URL") }) })).toEqual([
      expect.stringContaining(
        "environments.production.database is `postgres()`, of which this version of cozy makes no copy",
      ),
    ]);
  });

  it("tell a password that goes over the network in the clear", () => {
    const clear =
      "environments.production.access.password goes over the network in the clear: the site has no certificate, and no balancer ends TLS";
    const plain = { canonical: "shop.example.org", certificate: noCertificate() };
    expect(warned({ target: one, access: { password } })).toEqual([clear]);
    expect(warned({ target: one, domains: plain, access: { password } })).toEqual([clear]);
    const behind = servers(["web-1"], { balancer: { from: ["10.0.0.5"], endsTls: true } });
    expect(warned({ target: behind, domains: plain, access: { password } })).toEqual([]);
  });

  it("tell a private key that lies in the project", () => {
    const given = (key: string) =>
      warned({
        target: one,
        domains: {
          canonical: "shop.example.org",
          certificate: givenCertificate({ chain: "tls/chain.pem", key }),
        },
      });
    expect(given("tls/key.pem")).toEqual([
      'environments.production.domains.certificate.key is "tls/key.pem", inside the project: see that git ignores it',
    ]);
    expect(given("../key.pem")).toEqual([]);
    expect(given("~/key.pem")).toEqual([]);
  });
});
