import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../secrets/secret.ts";
import { dayMs } from "../../shared/duration.ts";
import { certificateState, checkGivenCertificate } from "./certificate-state.ts";
import { spreadCertificate, type CertificateHost } from "./spread-certificate.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cc-"));
  make("long", 365);
  make("short", 6);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function make(name: string, days: number): void {
  const files = [
    "-keyout",
    join(folder, `${name}.key`),
    "-out",
    join(folder, `${name}.pem`),
    "-days",
    String(days),
  ];
  const subject = ["-subj", "/CN=site", "-addext", "subjectAltName=DNS:cozywish.com,DNS:*.cozywish.com"];
  const { status } = spawnSync("openssl", [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    ...files,
    ...subject,
  ]);
  expect(status).toBe(0);
}

const read = (name: string) => readFileSync(join(folder, name), "utf8");

describe("certificateState", () => {
  it.each([
    ["long", 100, "fine"],
    ["long", 20, "soon"],
    ["long", 6, "urgent"],
    ["long", 0, "expired"],
    ["short", 2, "fine"],
    ["short", 1, "soon"],
    ["short", 0.3, "urgent"],
  ])("%s, %d days before the end: %s", (name, days, expiry) => {
    const chain = read(`${name}.pem`);
    const { validTo } = certificateState(chain, [], 0);
    expect(certificateState(chain, [], validTo - days * dayMs).expiry).toBe(expiry);
  });

  it("names what it is not for", () => {
    const { missingNames } = certificateState(
      read("long.pem"),
      ["cozywish.com", "www.cozywish.com", "a.b.cozywish.com", "site"],
      0,
    );
    expect(missingNames).toEqual(["a.b.cozywish.com", "site"]);
  });
});

describe("checkGivenCertificate", () => {
  const given = (chain: string, key: string) => ({
    chain,
    key: new Secret(key),
    chainFile: "chain.pem",
    keyFile: "key.pem",
  });

  it("takes a pair for the names", () => {
    const names = ["cozywish.com"];
    expect(checkGivenCertificate(given(read("long.pem"), read("long.key")), names, Date.now()).expiry).toBe(
      "fine",
    );
  });

  it.each([
    [
      "another's key",
      () => given(read("long.pem"), read("short.key")),
      "key.pem is not the key of chain.pem.",
    ],
    ["no key", () => given(read("long.pem"), "x"), "key.pem is not the key of chain.pem."],
    ["no certificate", () => given("x", read("long.key")), "chain.pem holds no certificate ("],
    ["another name", () => given(read("long.pem"), read("long.key")), "chain.pem is not for example.com."],
  ])("refuses %s", (_, pair, message) => {
    expect(() => checkGivenCertificate(pair(), ["example.com"], Date.now())).toThrow(
      expect.objectContaining({
        code: "certificate-unusable",
        message: expect.stringContaining(message),
      }),
    );
  });

  it("refuses one that has expired", () => {
    const pair = given(read("long.pem"), read("long.key"));
    expect(() => checkGivenCertificate(pair, [], Date.now() + 400 * dayMs)).toThrow("chain.pem has expired.");
  });
});

describe("spreadCertificate", () => {
  it("reaches each host that has another one, and none that has it", async () => {
    const installed: string[] = [];
    let keys = 0;
    const host = (name: string, chain: string | undefined): CertificateHost => ({
      name,
      chain: async () => chain,
      key: async () => {
        keys += 1;
        return new Secret("key");
      },
      install: async ({ chain: given, key }) => {
        if (name === "d") throw new Error("disk full");
        installed.push(`${name} ${given === read("long.pem")} ${key.reveal()}`);
      },
    });
    const signal = AbortSignal.timeout(30_000);
    const first = host("a", read("long.pem"));
    const others = [
      host("b", read("long.pem")),
      host("c", read("short.pem")),
      host("d", undefined),
      host("e", "damaged"),
    ];
    const report = await spreadCertificate(first, others, signal);
    expect(report.installed).toEqual(["c", "e"]);
    expect(report.failed).toEqual([{ host: "d", error: new Error("disk full") }]);
    expect(installed).toEqual(["c true key", "e true key"]);
    expect(keys).toBe(1);
    expect(await spreadCertificate(host("a", undefined), others, signal)).toEqual({
      installed: [],
      failed: [],
    });
  });
});
