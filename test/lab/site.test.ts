import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasAuthority, startAuthority, type Authority } from "../../src/routing/nginx/testing/authority.ts";
import { dayMs } from "../../src/shared/duration.ts";
import { ask, type SiteAnswer } from "../support/ask-site.ts";
import { createFleet, serversOf, type FleetSandbox } from "../support/fleet.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { inSoak } from "../support/soak.ts";

/** Two hosts that end TLS themselves, with a certificate of an authority that finds the second one under the site's names. */
describe.skipIf(mayBeLeftOut(!hasAuthority))("a site with TLS, a password and an address list", () => {
  let folder: string;
  let authority: Authority;
  let issuer: string;
  let fleet: FleetSandbox;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cozy-site-"));
    fleet = await createFleet({
      hosts: 2,
      env: { SITE_PASSWORD: "open-sesame" },
      async withLab({ hosts }) {
        const [first, second] = hosts.map(({ address }) => address);
        const machine = (first ?? "").replace(/\d+$/, "1");
        const site = { address: second ?? "", httpPort: 80 };
        authority = await startAuthority({ folder, address: machine, site });
        const acme = `acme({ email: "team@shop.test", directory: "${authority.directory}", directoryRoot: "${authority.root}" })`;
        return `domains: { canonical: "shop.test", redirects: ["www.shop.test"], certificate: ${acme} },
      access: { password: { user: "team", value: fromEnvironment("SITE_PASSWORD") }, addresses: ["${machine}"] },
      http: { maxBody: "100KB" },
      promises: { availability: { percent: 99 } },`;
      },
      environments: (lab) => `trial: {
      target: ${serversOf(lab)},
      domains: { canonical: "trial.test", certificate: givenCertificate({ chain: "chain.pem", key: "key.pem" }) },
    },`,
    });
    issuer = await authority.issuer();
  });
  afterAll(async () => {
    await fleet?.dispose();
    await authority?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const at = (
    host: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<SiteAnswer> => {
    const url = fleet.urls[host]?.replace("http:", "https:") ?? "";
    return ask(`${url}${path}`, { host: "shop.test", ...headers }, issuer);
  };

  it("has one certificate everywhere, though the authority asked another host than the one that had to answer", async () => {
    const [first, second] = await Promise.all([at("host1", "/"), at("host2", "/")]);
    expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}/);
    expect(second.fingerprint).toBe(first.fingerprint);
    expect([first.status, second.status]).toEqual([401, 401]);
  });

  it("is deployed and proven all the same, and lets in who has the password and comes from where he may", async () => {
    await fleet.ok(["deploy", "staging"]);
    expect((await at("host1", "/venues", team)).status).toBe(200);
    expect((await at("host2", "/venues", { authorization: basic("team:wrong") })).status).toBe(401);
    const there =
      "curl -sk -o /dev/null -w '%{http_code}' -u team:open-sesame --resolve shop.test:443:127.0.0.1 https://shop.test/venues";
    expect(await fleet.on("host1", there)).toBe("403");
    // The password is the site's; the application has no use for it.
    expect(JSON.parse((await at("host1", "/headers", team)).text)).not.toHaveProperty("authorization");
  });

  it("has its security headers on answers of every kind", async () => {
    const css = await fleet.on("host1", "ls /var/lib/cozy/environments/tiny-staging/static");
    const asked: readonly (readonly [string, number, Promise<SiteAnswer>])[] = [
      ["a page", 200, at("host1", "/venues", team)],
      ["no password", 401, at("host1", "/venues")],
      ["a file", 200, at("host1", `/static/${css}`, team)],
      ["no such file", 404, at("host1", "/static/none.css", team)],
      ["too large", 413, at("host1", "/echo", { ...team, "content-length": "200000" })],
      ["another name", 301, at("host1", "/", { host: "www.shop.test" })],
    ];
    for (const [what, status, answer] of asked) {
      const { status: got, headers } = await answer;
      expect([
        what,
        got,
        Object.fromEntries(Object.keys(expected).map((name) => [name, headers[name]])),
      ]).toEqual([what, status, expected]);
    }
    const moved = await ask(`${fleet.urls["host2"]}/a?b`, { host: "www.shop.test" });
    expect([moved.status, moved.headers["location"]]).toEqual([301, "https://shop.test/a?b"]);
    // Over plain HTTP nothing is promised of HTTPS.
    const { "strict-transport-security": _, ...plain } = expected;
    expect(moved.headers).toMatchObject(plain);
    expect(moved.headers["strict-transport-security"]).toBeUndefined();
  });

  it("is closed for maintenance to all but cozy", async () => {
    await fleet.ok(["maintenance", "staging", "on", "--message", "the database moves"]);
    expect((await at("host2", "/venues", team)).status).toBe(503);
    await fleet.commit({ "version.txt": "two\n" });
    await fleet.ok(["deploy", "staging"]);
    expect((await at("host1", "/venues", team)).status).toBe(503);
    await fleet.ok(["maintenance", "staging", "off"]);
    expect((await at("host1", "/venues", team)).text).toBe("two\n");
  });

  it("has its maintenance in the history, and in the ledger by itself", async () => {
    const history = JSON.parse((await fleet.ok(["history", "staging", "--json"])).stdout);
    const told = history.map(({ command, subject, reason, outcome }: Record<string, unknown>) => [
      command,
      subject,
      reason,
      outcome,
    ]);
    expect(told.slice(0, 3)).toEqual([
      ["maintenance", "off", undefined, "committed"],
      ["deploy", undefined, undefined, "committed"],
      ["maintenance", "on", "the database moves", "committed"],
    ]);
    const { stdout } = await fleet.cozy(["promises", "staging", "--json"]);
    const row = JSON.parse(stdout).rows.find(
      ({ promise }: { promise: string }) => promise === "availability",
    );
    // One on each host.
    expect(row).toMatchObject({ closed: 2, measured: "100 %, 2 met maintenance" });
  });

  it.runIf(inSoak)("goes on with its access log after it was rotated", async () => {
    const logs = "/var/log/cozy/tiny-staging";
    const before = await fleet.on("host1", `wc -l < ${logs}/access.log`);
    await fleet.on("host1", "logrotate -f /etc/logrotate.d/tiny-staging");
    for (let nth = 0; nth < 5; nth++) await at("host1", "/venues", team);
    expect(await fleet.on("host1", `wc -l < ${logs}/access.log; wc -l < ${logs}/access.log.1`)).toBe(
      `5\n${before}`,
    );
    // Whatever is counted from the log is counted from both of its parts.
    const { stdout } = await fleet.cozy(["promises", "staging"]);
    const [, failed, all] = /(\d+) of (\d+) requests failed/.exec(stdout) ?? [];
    // Those that met maintenance are none of them.
    expect([failed, Number(all) >= 11]).toEqual(["0", true]);
  });

  it.runIf(inSoak)("is renewed on the first host, from where the others fetch it by themselves", async () => {
    const before = (await at("host2", "/")).fingerprint;
    await fleet.on("host2", "systemctl is-enabled cozy-certificate-tiny-staging.timer");
    // As often as it likes: nothing changes where it has the same one.
    await fleet.on("host2", "systemctl start cozy-certificate-tiny-staging");
    expect((await at("host2", "/")).fingerprint).toBe(before);
    const authorityOf = "REQUESTS_CA_BUNDLE=/etc/cozy/certificates/tiny-staging-directory.pem";
    await fleet.on("host1", `${authorityOf} certbot renew --force-renewal --no-random-sleep-on-renew -q`);
    const shown = async (host: string) => (await at(host, "/")).fingerprint;
    await expect.poll(() => shown("host1")).not.toBe(before);
    const renewed = await shown("host1");
    expect((await at("host2", "/")).fingerprint).toBe(before);
    await fleet.on("host2", "systemctl start cozy-certificate-tiny-staging");
    await expect.poll(() => shown("host2")).toBe(renewed);
    const { stdout } = await fleet.ok(["setup", "staging"]);
    expect(stdout).toContain("nothing was changed");
  });

  it.runIf(inSoak)("lets the other host fetch the certificate, and do nothing else", async () => {
    const key = "/etc/cozy/certificates/tiny-staging-reader";
    const first = fleet.lab.hosts[0]?.address ?? "";
    const hosts = "/etc/cozy/certificates/tiny-staging-first.hosts";
    const ssh = (user: string) =>
      `ssh -F none -o BatchMode=yes -o UserKnownHostsFile=${hosts} -i ${key} ${user}@${first} 'id; touch /tmp/here' 2>&1 || true`;
    expect(await fleet.on("host2", ssh("tiny-staging-tls"))).toMatch(
      /^-----BEGIN CERTIFICATE-----[^]*PRIVATE KEY-----$/,
    );
    expect(await fleet.on("host1", "test ! -e /tmp/here && echo none")).toBe("none");
    expect(await fleet.on("host2", ssh("cozy"))).toContain("Permission denied");
    expect(
      await fleet.on(
        "host1",
        "runuser -u cozy -- cat /etc/cozy/certificates/tiny-staging/key.pem 2>&1 || true",
      ),
    ).toContain("Permission denied");
  });

  it.runIf(inSoak)("has a certificate that was given, whose end is told before it comes", async () => {
    await give(fleet.project, 10);
    await fleet.ok(["setup", "trial"]);
    const trial = () => ask(`https://${fleet.lab.hosts[1]?.address}/`, { host: "trial.test" });
    const before = (await trial()).fingerprint;
    expect((await fleet.ok(["check"])).stdout).toMatch(
      /warning: The certificate of trial on this machine runs out in 9 d/,
    );
    expect((await fleet.ok(["status", "trial"])).stdout).toMatch(
      /The certificate of trial on host1 and host2 runs out in/,
    );
    await give(fleet.project, 90);
    await fleet.ok(["setup", "trial"]);
    expect((await trial()).fingerprint).not.toBe(before);
    expect((await fleet.ok(["status", "trial"])).stdout).toContain("certificate  runs for another 89 d");
    expect((await fleet.ok(["check"])).stdout).not.toContain("The certificate of trial");
    // Nobody else's site has gone anywhere.
    expect((await at("host2", "/venues", team)).status).toBe(200);
  });

  it.runIf(inSoak)("is taken away with all that its certificate needed", async () => {
    await fleet.ok(["setup", "staging", "--remove", "--yes", "--data"]);
    const left =
      "find /etc /usr/lib/cozy /run -name '*tiny-staging*'; getent passwd | grep tiny-staging || true";
    expect(await fleet.on("host1", left)).toBe("");
    expect(await fleet.on("host2", left)).toBe("");
    expect((await ask(`https://${fleet.lab.hosts[1]?.address}/`, { host: "trial.test" })).status).toBe(502);
  });
});

/** A certificate of one's own that ends after so many days of its 90, in the project's folder. */
async function give(folder: string, days: number): Promise<void> {
  const end = Date.now() + days * dayMs;
  const moment = (at: number) => `${new Date(at).toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`;
  const script = `set -e; cd "$(mktemp -d)"; touch index; echo 01 >serial
printf '[ca]\\ndefault_ca=own\\n[own]\\ndatabase=index\\nserial=serial\\nnew_certs_dir=.\\ndefault_md=sha256\\npolicy=any\\ncopy_extensions=copy\\n[any]\\ncommonName=supplied\\n' >ca
openssl req -new -newkey rsa:2048 -nodes -keyout "$1/key.pem" -out request -subj /CN=trial.test -addext subjectAltName=DNS:trial.test
openssl ca -batch -config ca -selfsign -keyfile "$1/key.pem" -in request -out "$1/chain.pem" -notext -startdate "$2" -enddate "$3"`;
  const words = ["-c", script, "sh", folder, moment(end - 90 * dayMs), moment(end)];
  await promisify(execFile)("sh", words);
}

const expected = {
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
  "referrer-policy": "strict-origin-when-cross-origin",
  "x-robots-tag": "noindex, nofollow",
};

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

const team = { authorization: basic("team:open-sesame") };
