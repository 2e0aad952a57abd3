import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import { nominalFacts, parseFacts } from "./host-facts.ts";
import { parseReport } from "./parse-report.ts";
import { refuseHost } from "./refuse-host.ts";

const fact = (name: string, value: string) => `fact ${name} ${Buffer.from(value).toString("base64")}`;
const key = `ssh-ed25519 ${"A".repeat(68)} ada@laptop`;

describe("the facts of a host", () => {
  it("are read from what it says, and from nothing else that stands between", () => {
    const output = [
      fact("os", "debian 12"),
      "Some program said this.",
      fact("connection", "10.0.0.9 50000 10.0.0.1 2222"),
      fact("sshd", "port 22\nport 2222\npermitrootlogin no\nport22 x"),
      fact("keys", `# comment\n${key}\ncommand="only this" ${key}\n${key}\n`),
      fact("ipv6", "1"),
      fact(
        "nginx",
        "nginx version: nginx/1.24.0\nbuilt with OpenSSL 3.0.2 1 Jan 2022 (running with OpenSSL 3.5.0 1 Jan 2025)\n",
      ),
      fact("token", "d41d8cd98f00b204e9800998ecf8427e  /file"),
      fact("chain", ""),
      fact("renews", "/etc/letsencrypt/renewal/tiny-staging.conf\n"),
      fact("releases", '{"processes":{"web":{},"mailer":{}}}\n\0{"processes":{"web":{}}}\n\0'),
      fact("owner", "cozy"),
      fact("listeners", 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))\n'),
    ].join("\n");
    expect(parseFacts(output)).toEqual({
      os: { id: "debian", version: "12" },
      sshPorts: [22, 2222],
      permitRootLogin: "no",
      keys: [key],
      ipv6: true,
      versions: { nginx: "1.24.0", openssl: "3.5.0" },
      probeHash: "1B2M2Y8AsgTpgAmY7PhCfg",
      chain: undefined,
      renews: true,
      keptTypes: ["mailer", "web"],
      homeOwner: "cozy",
      listeners: [{ protocol: "tcp", port: 22, isLocal: false, program: "sshd" }],
    });
  });

  it.each(["?\0", '{"processes":{"web":{}}}\0?\0', '{"processes":1}\0', "[]\0"])(
    "tell of no process types where a release can't be read: %j",
    (releases) => {
      expect(parseFacts(fact("releases", releases)).keptTypes).toBeUndefined();
    },
  );

  it.each([
    ["another system", { os: { id: "ubuntu", version: "24.04" } }, "setup-not-for-this-host"],
    ["an older Debian", { os: { id: "debian", version: "11" } }, "setup-not-for-this-host"],
    ["another deployer's host", { homeOwner: "deploy" }, "setup-not-for-this-host"],
    ["a bare one", {}, undefined],
    ["a newer one that was set up", { os: { id: "debian", version: "13.1" }, homeOwner: "cozy" }, undefined],
  ])("refuse %s", (_, facts, code) => {
    const refusal = () => {
      try {
        refuseHost("web-1", "cozy", { ...nominalFacts, ...facts });
        return undefined;
      } catch (error) {
        return error instanceof CozyError ? error.code : error;
      }
    };
    expect(refusal()).toBe(code);
  });
});

it("reads what a script says of an item, and no other line", () => {
  const note = Buffer.from("was ä\n").toString("base64");
  expect(parseReport(`{"item":3,"outcome":"changed","note":"${note}","diff":""}`)).toEqual({
    index: 3,
    outcome: "changed",
    note: "was ä",
    diff: "",
  });
  for (const other of [
    "",
    "fact os eA==",
    "{}",
    '{"item":1,"outcome":"odd"}',
    '{"item":"1","outcome":"changed"}',
    "[1]",
  ]) {
    expect(parseReport(other)).toBeUndefined();
  }
});
