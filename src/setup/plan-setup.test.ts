import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Environment } from "../project/project.ts";
import type { ServersTarget } from "../project/servers.ts";
import { processType, sampleProject, sampleServers } from "../release/testing.ts";
import { Secret } from "../secrets/secret.ts";
import { factsText } from "./facts-script.ts";
import { nominalFacts } from "./host-facts.ts";
import { itemTitle, type SetupItem } from "./item.ts";
import { planRemoval } from "./plan-removal.ts";
import { planBase, planBuilder, planRest } from "./plan-setup.ts";
import { parseRecord } from "./parse-record.ts";
import { recordItem, wantedSetUp } from "./setup-record.ts";
import type { SetupRequest } from "./setup-request.ts";
import { refuseMissingUnits, setUpWarnings } from "./set-up-warnings.ts";
import { setupScript } from "./setup-script.ts";

const target: ServersTarget = {
  ...sampleServers(),
  hosts: [{ name: "web-1", address: "10.0.0.1", sshPort: 22 }],
};

function request(
  name: string,
  change: Partial<Environment> = {},
  servers: Partial<ServersTarget> = {},
): SetupRequest {
  const project = sampleProject({}, { name, ...change });
  const own = { ...target, ...servers };
  const [found] = Object.values(project.environments);
  if (found === undefined) throw new Error("the sample has an environment");
  return {
    project,
    environment: { ...found, target: own },
    target: own,
    deployKeys: [],
    sitePassword: undefined,
    challenge: { kind: "here" },
    directoryRoot: undefined,
    now: 0,
  };
}

const all = (of: SetupRequest): SetupItem[] => [...planBase(of, nominalFacts), ...planRest(of, nominalFacts)];
const textsOf = (items: readonly SetupItem[]) =>
  new Map(items.flatMap((item) => (item.kind === "file" ? [[item.path, item.text] as const] : [])));
const domain = (canonical: string): Pick<Environment, "domains"> => ({
  domains: { canonical, redirects: [], certificate: { kind: "given", chain: "/chain", key: "/key" } },
});

describe("the plan of a set-up", () => {
  it("has what every host has once the same for all environments, and their own apart", () => {
    const one = textsOf(all(request("staging", domain("one.test"))));
    const two = textsOf(all(request("production", domain("two.test"), { openPorts: [9000] })));
    const shared = [...one.keys()].filter((path) => two.has(path));
    expect(shared.length).toBeGreaterThan(8);
    for (const path of shared) expect([path, one.get(path)]).toEqual([path, two.get(path)]);
    const own = [...one.keys()].filter((path) => !shared.includes(path));
    for (const path of own) expect(path).toMatch(/tiny(-|\\x2d)staging/);
  });

  it("gives a server that only builds what serving ones have of it, and nothing of the environment's", () => {
    const of = { ...request("staging", domain("one.test")), deployKeys: ["ssh-ed25519 AAAA me"] };
    const [tools, ...rest] = planBuilder(of, nominalFacts);
    expect(tools).toEqual({ kind: "packages", names: expect.arrayContaining(["g++", "make", "rsync"]) });
    expect(tools).not.toMatchObject({ names: expect.arrayContaining(["nginx|nginx-light"]) });
    const serving = planBase(of, nominalFacts).map((item) => JSON.stringify(item));
    for (const item of rest) expect(serving).toContain(JSON.stringify(item));
    expect(rest.map(itemTitle)).toEqual([
      "group cozy",
      "user cozy",
      ...["", "/artifacts", "/trees", "/runtimes", "/agents"].map((name) => `/var/lib/cozy${name}/`),
      "/var/lib/cozy/.ssh/authorized_keys",
    ]);
  });

  it("installs the client of a database where its server is another machine", () => {
    const packagesOf = (database: Environment["database"]) =>
      planBase(request("staging", { database }), nominalFacts).find(({ kind }) => kind === "packages");
    const postgres = { kind: "postgres", variable: "DATABASE_URL", pool: 1, connections: 9 } as const;
    const client = { names: expect.arrayContaining(["postgresql-client"]) };
    expect(packagesOf(postgres)).toMatchObject(client);
    expect(packagesOf({ kind: "sqlite", variable: "DATABASE_URL" })).not.toMatchObject(client);
  });

  it("opens the declared ports only", () => {
    const portsOf = (of: SetupRequest) => textsOf(all(of)).get("/etc/cozy/firewall/ports/tiny-staging.nft");
    expect(portsOf(request("staging", domain("one.test"), { openPorts: [9000] }))).toContain(
      "{ 80, 443, 9000 }",
    );
    const balancer = { from: ["10.0.0.9"], readyPath: "/ready", leaveMs: 1_000, endsTls: true };
    expect(portsOf(request("staging", domain("one.test"), { balancer }))).toContain("{ 80 }");
    expect(
      textsOf(planRest(request("staging"), { ...nominalFacts, sshPorts: [22, 2222] })).get(
        "/etc/cozy/firewall/ports/ssh.nft",
      ),
    ).toContain("{ 22, 2222 }");
  });

  it("tells what the firewall is to keep out that is reached now", () => {
    const listens = (port: number, program: string) =>
      ({ protocol: "tcp", port, isLocal: false, program }) as const;
    const listeners = [listens(22, "sshd"), listens(9000, "metrics"), listens(5432, "postgres")];
    const closesOf = (of: SetupRequest) =>
      planRest(of, { ...nominalFacts, listeners }).find(({ kind }) => kind === "firewall");
    expect(closesOf(request("staging"))).toMatchObject({ closes: "5432 (postgres) and 9000 (metrics)" });
    expect(closesOf(request("staging", {}, { openPorts: [5432, 9000] }))).toEqual({ kind: "firewall" });
  });

  it("has root write no log into a folder that its user could swap for a link", () => {
    const items = all(request("staging", domain("one.test")));
    const texts = [...textsOf(items).values()].join("\n");
    const logs = [...texts.matchAll(/^ *(?:access_log|error_log) (\/\S+)/gm)].map(([, path = ""]) => path);
    const rotated = [...texts.matchAll(/^(\/\S+\.log)[ \S]* \{$/gm)].map(([, path = ""]) => path);
    expect([new Set(logs).size, rotated.length]).toEqual([2, 1]);
    const others = items.flatMap((item) =>
      item.kind === "directory" && item.owner !== "root" ? [`${item.path}/`] : [],
    );
    for (const path of [...logs, ...rotated]) {
      expect([path, others.filter((folder) => path.startsWith(folder))]).toEqual([path, []]);
    }
  });

  it.each([
    ["yes", true],
    ["without-password", true],
    ["no", false],
    ["forced-commands-only", false],
  ])("never lets root in where it was kept out: %s", (permitRootLogin, has) => {
    const text = textsOf(planRest(request("staging"), { ...nominalFacts, permitRootLogin })).get(
      "/etc/ssh/sshd_config.d/10-cozy.conf",
    );
    expect(text?.includes("PermitRootLogin prohibit-password")).toBe(has);
  });

  it("never shows a password, and takes one away that is not asked for any more", () => {
    const access = {
      password: { user: "team", value: { from: "environment", name: "P" } },
      addresses: [],
    } as const;
    const path = "/etc/nginx/cozy/tiny-staging/password";
    const items = all({ ...request("staging", { access }), sitePassword: new Secret("open-sesame") });
    const found = items.find((item) => item.kind === "file" && item.path === path);
    expect(found).toMatchObject({ isSecret: true, mode: "640", text: expect.stringMatching(/^team:\$6\$/) });
    expect(setupScript(items, { check: false })).not.toContain("open-sesame");
    expect(all(request("staging")).some((item) => item.kind === "absent" && item.path === path)).toBe(true);
  });

  it("takes an environment away without a file that another has", () => {
    const own = planRemoval(request("staging", domain("one.test")), { data: true });
    const gone = own.flatMap((item) => (item.kind === "absent" ? [item.path] : []));
    const others = textsOf(all(request("production", domain("two.test"))));
    expect(gone.filter((path) => others.has(path))).toEqual([]);
    const mine = [...textsOf(all(request("staging", domain("one.test")))).keys()];
    const left = mine.filter(
      (path) =>
        path.includes("tiny-staging") && !gone.some((one) => path === one || path.startsWith(`${one}/`)),
    );
    expect(left).toEqual([]);
  });

  it("is noted by a hash that changes with what is asked of a host", () => {
    const before = wantedSetUp(request("staging"));
    expect(wantedSetUp(request("staging"))).toEqual(before);
    expect(wantedSetUp(request("staging", {}, { openPorts: [9000] })).hash).not.toBe(before.hash);
    const text = recordItem(request("staging"), "1.2.3").text;
    expect(parseRecord(text)).toEqual({ format: 1, version: "1.2.3", ...before });
    const { format, hash, version } = parseRecord(text) ?? {};
    expect(parseRecord(JSON.stringify({ format, hash, version, parts: { items: 1 } }))).toEqual({
      format,
      hash,
      version,
    });
    expect(parseRecord('{"format": 2}')).toBeUndefined();
    expect(parseRecord("{")).toBeUndefined();
  });

  describe("is warned of", () => {
    const { project, environment } = request("staging");
    const setUpFor = wantedSetUp(request("staging"));
    const warned = (fleet: Parameters<typeof setUpWarnings>[2]) => setUpWarnings(project, environment, fleet);

    it("where a host was set up by an earlier cozy, or never to the end", () => {
      expect(warned([{ host: "a", setUpFor }])).toEqual([]);
      expect(
        warned([
          { host: "a", setUpFor },
          { host: "b", setUpFor: { hash: "other" } },
          { host: "c", setUpFor: undefined },
          { host: "d", setUpFor: undefined },
        ]),
      ).toEqual([
        expect.stringMatching(/^b is not set up as .* say\. .* cozy setup staging$/),
        expect.stringMatching(/^c and d are not set up as .* say: no set-up .* cozy setup staging$/),
      ]);
    });

    it("with what the units of process types hold differently, and with those that lack one", () => {
      const limits = { memoryBytes: 256 * 1024 ** 2, openFiles: 1000 };
      const before = wantedSetUp(
        request("staging", {
          processes: {
            web: { ...processType(["node", "server.js"], 1), limits, stopTimeoutMs: 5_000 },
            mailer: processType(["node", "mailer.js"], 1),
          },
        }),
      );
      const [text] = warned([{ host: "a", setUpFor: before }]);
      expect(text).toContain(
        "say: memory of web is 256 MB there and no limit in the file; open files of web is 1000 there and the usual in the file; stop time-out of web is 5 s there and 30 s in the file; the process type mailer is not declared any more. What would change",
      );
      const { hash, parts } = wantedSetUp(request("staging"));
      const { web, ...none } = parts.processes;
      expect(web).toBeDefined();
      const lacks = { host: "a", setUpFor: { hash: `not ${hash}`, parts: { ...parts, processes: none } } };
      expect(() => refuseMissingUnits(environment, [{ host: "b", setUpFor }, lacks])).toThrow(
        expect.objectContaining({
          code: "setup-lacks-process",
          message: expect.stringMatching(/^a can't start web: .* no unit for it there\.$/),
          next: "cozy setup staging",
        }),
      );
      expect(() =>
        refuseMissingUnits(environment, [
          { host: "b", setUpFor },
          { host: "c" },
          { host: "d", setUpFor: { hash: "x" } },
        ]),
      ).not.toThrow();
      const [lacking] = warned([
        { host: "a", setUpFor: { hash: `not ${hash}`, parts: { ...parts, processes: none } } },
      ]);
      expect(lacking).toContain("say: the process type web has no unit there, so it can't be started. What");
    });

    it("with the other things that differ, a few by name", () => {
      const open = wantedSetUp(request("staging", {}, { openPorts: [9000] }));
      expect(warned([{ host: "a", setUpFor: open }])[0]).toContain(
        "say: /etc/cozy/firewall/ports/tiny-staging.nft. What",
      );
      const items = Object.fromEntries(Object.keys(setUpFor.parts.items).map((title) => [title, "x"]));
      const all = { hash: "x", parts: { ...setUpFor.parts, items } };
      expect(warned([{ host: "a", setUpFor: all }])[0]).toMatch(/say: packages; .*; \d+ more\. What/);
    });
  });

  it("has variables in root's keeping before systemd looks for them there, by a program that keeps them", () => {
    const titles = all(request("staging")).map((item) => itemTitle(item));
    const places = [
      "/usr/lib/cozy/control",
      "variables of tiny-staging in root's keeping",
      "/etc/systemd/system/tiny-staging-web@.service",
      "systemd reads its units",
    ].map((title) => titles.indexOf(title));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("leaves the units of process types that a kept release declares, and of all where one can't be read", () => {
    const keepOf = (keptTypes: readonly string[] | undefined) =>
      planRest(request("staging"), { ...nominalFacts, keptTypes }).flatMap((item) =>
        item.kind === "templates" ? [item.keep] : [],
      );
    expect(keepOf(["mailer", "web"])).toEqual([
      ["tiny-staging-web", "tiny-staging-schedules", "tiny-staging-mailer"],
    ]);
    expect(keepOf(undefined)).toEqual([]);
    // Before systemd reads its units.
    const kinds = all(request("staging")).map((item) => (item.kind === "action" ? item.action : item.kind));
    expect(kinds.indexOf("templates")).toBeLessThan(kinds.indexOf("systemd"));
  });

  it.each(["dash", "bash"])("is a script that %s takes, with a title for every item", (shell) => {
    if (spawnSync(shell, ["-c", ":"]).status !== 0) return;
    const of = request("staging", domain("one.test"));
    for (const items of [all(of), planRemoval(of, { data: true })]) {
      const last = factsText(of);
      const { status, stderr } = spawnSync(shell, ["-n"], {
        input: setupScript(items, { check: false, last }),
        encoding: "utf8",
      });
      expect([status, stderr]).toEqual([0, ""]);
      for (const item of items) expect(itemTitle(item)).toMatch(/^\S/);
    }
  });
});
