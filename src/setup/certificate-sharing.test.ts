import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { Environment } from "../project/project.ts";
import { sampleProject, sampleServers } from "../release/testing.ts";
import {
  sharingBase,
  sharingGone,
  sharingItems,
  sharingRole,
  sharingServices,
} from "./certificate-sharing.ts";
import { itemTitle, type SetupItem } from "./item.ts";
import { layoutOf, type SetupRequest } from "./setup-request.ts";

const host = (nth: number) => ({ name: `web-${nth}`, address: `10.0.0.${nth}`, sshPort: 20 + nth });
const acme = { kind: "acme", email: "a@b.test", directory: undefined, directoryRoot: undefined } as const;

function request(where: "first" | "other", certificate: object = acme, hosts = 2): SetupRequest {
  const target = {
    ...sampleServers(),
    hosts: Array.from({ length: hosts }, (_, index) => host(index + 1)),
  };
  const domains = { canonical: "shop.test", redirects: [], certificate } as unknown as Environment["domains"];
  const project = sampleProject({}, { name: "staging", domains });
  const [found] = Object.values(project.environments);
  if (found === undefined) throw new Error("the sample has an environment");
  return {
    project,
    environment: { ...found, target },
    target,
    deployKeys: [],
    sitePassword: undefined,
    challenge: where === "first" ? { kind: "here" } : { kind: "passed", to: "10.0.0.1" },
    firstHostKeys: "[10.0.0.1]:21 ssh-ed25519 AAAA\n",
    directoryRoot: undefined,
    now: 0,
  };
}

const texts = (items: readonly SetupItem[]) =>
  items.flatMap((item) => (item.kind === "file" ? [{ path: item.path, text: item.text }] : []));

describe("how a certificate reaches all hosts", () => {
  it("is a matter of those that an authority gives to several hosts", () => {
    expect([request("first"), request("other")].map(sharingRole)).toEqual(["gives", "fetches"]);
    const others = [
      request("first", acme, 1),
      request("other", { kind: "given", chain: "/c", key: "/k" }),
      request("other", { kind: "none" }),
    ];
    expect(others.map(sharingRole)).toEqual(["none", "none", "none"]);
    expect(others.flatMap((one) => [...sharingBase(one), ...sharingServices(one)])).toEqual([]);
  });

  it("lets each key run one program, and whoever changes places with the first loses what it had", () => {
    const given = sharingItems(request("first"), ["ssh-ed25519 AAAA one", "ssh-ed25519 BBBB two"]);
    const authorized = texts(given).find(({ path }) => path.endsWith("authorized_keys"))?.text ?? "";
    expect(authorized.split("\n").slice(1, 3)).toEqual([
      expect.stringMatching(
        /^restrict,command="\/usr\/bin\/sudo -n \/usr\/lib\/cozy\/certificate-[\w-]+-pair" ssh-ed25519 AAAA one$/,
      ),
      expect.stringMatching(/BBBB two$/),
    ]);
    const gone = sharingGone(layoutOf(request("first"))).map(itemTitle);
    const fetched = sharingItems(request("other"), []).filter(({ kind }) => kind === "file");
    for (const { path } of texts([...given, ...fetched])) {
      const isGone = gone.some((title) => path === title.slice(3) || path.startsWith(`${title.slice(3)}/`));
      expect([path, isGone]).toEqual([path, true]);
    }
    expect(given.map(itemTitle)).toEqual(
      expect.arrayContaining(gone.filter((title) => title.includes("-fetch"))),
    );
  });

  it("goes by the pinned key of the first host, at its address and port, in programs for a plain shell", () => {
    const fetched = texts(sharingItems(request("other"), []));
    const programs = [...fetched, ...texts(sharingItems(request("first"), []))].filter(({ text }) =>
      text.startsWith("#!/bin/sh"),
    );
    expect(programs).toHaveLength(2);
    for (const { text } of programs) {
      expect(spawnSync("sh", ["-n"], { input: text, encoding: "utf8" }).stderr).toBe("");
    }
    expect(programs[0]?.text).toMatch(
      /HostKeyAlias=\[10\.0\.0\.1\]:21'? .*-p 21 -l [\w-]+-tls -- 10\.0\.0\.1 /,
    );
    expect(fetched.find(({ path }) => path.endsWith("first.hosts"))?.text).toBe(
      "[10.0.0.1]:21 ssh-ed25519 AAAA\n",
    );
  });
});
