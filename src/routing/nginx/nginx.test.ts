import { connect as http2Connect } from "node:http2";
import { once } from "node:events";
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { lchown, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { connect as netConnect } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { connect as tlsConnect, type ConnectionOptions } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import { WebSocket } from "ws";
import { cookieOf } from "../proxy/exchange.ts";
import { startLoad } from "../testing/load.ts";
import { until } from "../testing/stage.ts";
import { inRotationFile, type SiteFacts } from "./site-facts.ts";
import { NginxStage } from "./testing/nginx-stage.ts";
import { nginxHere } from "./testing/private-nginx.ts";

const everywhere = {
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy": expect.stringContaining("camera=()"),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  server: "nginx",
};

/** The same instances under another name, without TLS and with whatever a test is about. */
const site =
  (name: string, change: (facts: SiteFacts) => Partial<SiteFacts> = () => ({})) =>
  (facts: SiteFacts): SiteFacts => ({
    ...facts,
    domains: { canonical: `${name}.test`, redirects: [], certificate: { kind: "none" } },
    layout: {
      ...facts.layout,
      id: `cozywish-${name}`,
      nginxSite: join(dirname(facts.layout.nginxSite), `${name}.conf`),
    },
    ...change(facts),
  });

const balancer = { from: ["127.0.0.0/8"], readyPath: "/ready", leaveMs: 1_000, endsTls: true };

const at = (name: string) => ({ host: `${name}.test` });

describe.skipIf(mayBeLeftOut(nginxHere() === undefined))("nginx before real instances", () => {
  let nginx: NginxStage;
  const probe = () => ({ "x-cozy-proof": nginx.token });
  const signal = new AbortController().signal;

  beforeAll(async () => {
    nginx = await NginxStage.open({}, [
      site("plain"),
      site("gated", ({ http }) => ({
        access: {
          password: { user: "team", value: { from: "environment", name: "SITE_PASSWORD" } },
          addresses: [],
        },
        http: { ...http, noindex: true },
      })),
      site("closed-off", () => ({ access: { password: undefined, addresses: ["10.0.0.0/8"] } })),
      site("limited", ({ http }) => ({
        http: { ...http, rate: { perSecond: 1, burst: 2 }, maxBodyBytes: 1_000, answerMs: 300 },
      })),
      site("policy", ({ http }) => ({ http: { ...http, contentSecurityPolicy: "default-src 'self'" } })),
      site("balanced", () => ({ balancer })),
      site("narrow", ({ http }) => ({
        balancer: { ...balancer, readyPath: "/narrow" },
        http: { ...http, hsts: { maxAgeMs: 3_600_000, includeSubDomains: false } },
      })),
      site("unpromised", ({ http }) => ({
        balancer: { ...balancer, readyPath: "/unpromised" },
        http: { ...http, hsts: undefined },
      })),
      site("secured", () => ({
        hasCertificate: false,
        domains: {
          canonical: "secured.test",
          redirects: ["www.secured.test"],
          certificate: { kind: "given", chain: "", key: "" },
        },
      })),
    ]);
    await nginx.stage.instance("r1", 0);
    await nginx.stage.instance("r1", 1);
    await nginx.stage.instance("r2", 0);
    await nginx.stage.routeTo("r1", 2);
    const { paths } = nginx.facts.layout;
    await writeFile(join(paths.static, "app.js"), "static");
    await writeFile(join(paths.static, "base.5af66c1b3f7e.css"), "body{}".repeat(300));
    await writeFile(join(paths.static, "base.5af66c1b3f7e.css.gz"), gzipSync("body{}".repeat(300)));
    await writeFile(join(paths.static, "index-B1xY3dk2.js"), "vite");
    await writeFile(join(paths.static, "foo-chapter1.js"), "a word");
    await writeFile(join(paths.static, "worker.mjs"), "module");
    await writeFile(join(paths.static, ".secret"), "hidden");
    await writeFile(join(paths.media, "page.html"), "<script>1</script>");
    await writeFile(join(paths.media, "photo.png"), "png");
    // A link that its owner could not have read through.
    await symlink("/etc/passwd", join(paths.media, "leak.txt"));
    if (process.getuid?.() === 0) await lchown(join(paths.media, "leak.txt"), 65534, 65534);
  }, 60_000);

  afterAll(() => nginx.dispose());

  describe("headers", () => {
    it("stand on every kind of answer", async () => {
      const answers = {
        application: await nginx.ask("https", "/"),
        "not found by the application": await nginx.ask("https", "/nothing"),
        static: await nginx.ask("https", "/static/app.js"),
        "not found": await nginx.ask("https", "/static/nothing.js"),
        "not allowed": await nginx.ask("https", "/static/app.js", { method: "POST", body: "x" }),
        media: await nginx.ask("https", "/media/photo.png"),
        "too large": await nginx.ask("https", "/upload", { method: "POST", body: Buffer.alloc(11_000_000) }),
        "redirect to the name": await nginx.ask("https", "/", { headers: { host: "www.cozywish.com" } }),
      };
      expect(Object.fromEntries(Object.entries(answers).map(([name, { status }]) => [name, status]))).toEqual(
        {
          application: 200,
          "not found by the application": 404,
          static: 200,
          "not found": 404,
          "not allowed": 405,
          media: 200,
          "too large": 413,
          "redirect to the name": 301,
        },
      );
      for (const [name, { headers }] of Object.entries(answers)) {
        expect(headers, name).toMatchObject(everywhere);
      }
    });

    const { "strict-transport-security": ofHttps, ...plain } = everywhere;

    it("promise nothing of HTTPS to whoever came without it", async () => {
      const ask = (name: string, path: string, headers: Record<string, string> = {}) =>
        nginx.ask("http", path, { headers: { ...at(name), ...headers } });
      const answers = {
        "redirect to TLS": await nginx.ask("http", "/"),
        "the site's own page": await nginx.ask("http", "/.well-known/cozy-site"),
        "no certificate yet": await ask("secured", "/"),
        "a balancer that was asked without": await ask("balanced", "/", { "x-forwarded-proto": "http" }),
      };
      const told = Object.entries(answers).map(([name, { status, headers }]) => [
        name,
        status,
        headers["strict-transport-security"],
      ]);
      expect(told).toEqual([
        ["redirect to TLS", 301, undefined],
        ["the site's own page", 301, undefined],
        ["no certificate yet", 503, undefined],
        ["a balancer that was asked without", 301, undefined],
      ]);
      for (const [name, { headers }] of Object.entries(answers)) expect(headers, name).toMatchObject(plain);
      const { headers } = await ask("balanced", "/", { "x-forwarded-proto": "https" });
      expect(headers["strict-transport-security"]).toBe(ofHttps);
    });

    it("stand on the pages for what nginx refuses", async () => {
      const refused = [
        await nginx.ask("http", "/upload", {
          method: "POST",
          body: "x".repeat(2_000),
          headers: at("limited"),
        }),
        await nginx.ask("http", "/never", { headers: at("limited") }),
        await nginx.ask("http", "/", { headers: at("limited") }),
        await nginx.ask("http", "/", { headers: at("limited") }),
        await nginx.ask("http", "/", { headers: at("limited") }),
        await nginx.ask("http", "/", { headers: at("closed-off") }),
        await nginx.ask("http", "/", { headers: at("gated") }),
      ];
      expect(refused.map(({ status }) => status)).toEqual([413, 504, 200, 200, 429, 403, 401]);
      for (const { headers, status } of refused) expect(headers, String(status)).toMatchObject(plain);
      const [, late, , , many] = refused;
      expect(late?.text).toContain("The application did not answer in time.");
      expect(late?.headers["content-security-policy"]).toContain("default-src 'none'");
      expect(late?.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(many?.headers["retry-after"]).toBe("1");
    });

    it("stand on what nginx answers before it has a location", async () => {
      const { http, https } = nginx.facts.places.ports;
      const host = "host: cozywish.com";
      const long = "x".repeat(40_000);
      const answers = [
        [400, true, await rawReply(https, "secure", "nonsense", host)],
        [400, true, await rawReply(https, "secure", "GET / HTTP/1.1", "host: a b")],
        [414, true, await rawReply(https, "secure", `GET /${long} HTTP/1.1`, host)],
        [400, true, await rawReply(https, "secure", "GET / HTTP/1.1", host, `x-long: ${long}`)],
        [301, false, await rawReply(https, "plain", "GET /a?b HTTP/1.1", host)],
        [400, false, await rawReply(https, "plain", "GET / HTTP/1.1", "host: nobody.test")],
        [400, false, await rawReply(http, "plain", "nonsense", host)],
        [400, false, await rawReply(http, "plain", "GET / HTTP/1.1", host, `x-long: ${long}`)],
      ] as const;
      for (const [status, isSecure, { head, asked }] of answers) {
        expect(head, asked).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
        expect(head.includes("\r\nStrict-Transport-Security: "), asked).toBe(isSecure);
        for (const name of Object.keys(plain).filter((one) => one !== "server")) {
          expect(head.toLowerCase().split(`\r\n${name}: `).length, `${asked}: ${name}`).toBe(2);
        }
      }
      expect(answers[4][2].head).toContain(`\r\nLocation: https://cozywish.com:${https}/a?b\r\n`);
    });

    it("promise HTTPS for as long and as widely as is declared", async () => {
      const ask = async (name: string) => {
        const headers = { ...at(name), "x-forwarded-proto": "https" };
        return (await nginx.ask("http", "/", { headers })).headers["strict-transport-security"];
      };
      expect(await ask("narrow")).toBe("max-age=3600");
      expect(await ask("unpromised")).toBeUndefined();
    });

    it("let the application's own go before, and never stand twice", async () => {
      const { headers } = await nginx.ask("http", "/own-headers", { headers: at("policy") });
      expect(headers).toMatchObject({
        "x-frame-options": "DENY",
        "content-security-policy": "default-src 'none'",
        "x-content-type-options": "nosniff",
      });
      expect(headers["x-powered-by"]).toBeUndefined();
      const other = await nginx.ask("http", "/", { headers: at("policy") });
      expect(other.headers["content-security-policy"]).toBe("default-src 'self'");
    });

    it("tell search engines to stay away where that is declared", async () => {
      const open = { ...at("gated"), authorization: `Basic ${btoa("team:open")}` };
      expect((await nginx.ask("http", "/", { headers: open })).headers["x-robots-tag"]).toBe(
        "noindex, nofollow",
      );
      expect(
        (await nginx.ask("http", "/", { headers: at("plain") })).headers["x-robots-tag"],
      ).toBeUndefined();
    });
  });

  describe("what an instance is told", () => {
    const forged = {
      "X-Forwarded-For": "6.6.6.6",
      "X-Forwarded-Proto": "gopher",
      "X-Forwarded-Host": "evil.test",
      "X-Forwarded-Port": "1",
      "X-Real-IP": "6.6.6.6",
      Forwarded: "for=6.6.6.6",
      X_Forwarded_For: "6.6.6.6",
      "X-Cozy-Bucket": "07",
      "X-Cozy-Release": "evil",
      "X-Cozy-Instance": "evil",
      "X-Cozy-Table": "9",
      "X-Cozy-Proof": "guessed",
      Proxy: "evil",
      "X-Request-Id": "sane-request-id",
    };
    const told = async (headers: Record<string, string>, scheme: "http" | "https" = "https") => {
      const { rawHeaders } = JSON.parse((await nginx.ask(scheme, "/echo?x=1", { headers })).text);
      const pairs = Array.from({ length: rawHeaders.length / 2 }, (_, nth): [string, string] => [
        rawHeaders[2 * nth].toLowerCase(),
        rawHeaders[2 * nth + 1],
      ]);
      return Object.fromEntries(pairs);
    };

    it("is nginx's own word, whatever the client claims", async () => {
      const headers = await told(forged);
      expect(headers).toEqual({
        host: "cozywish.com",
        connection: "close",
        "x-request-id": "sane-request-id",
        "x-real-ip": "127.0.0.1",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "cozywish.com",
        "x-forwarded-port": String(nginx.facts.places.ports.https),
      });
    });

    it("is the balancer's word where one is declared", async () => {
      const headers = await told(
        { ...at("balanced"), "X-Forwarded-For": "6.6.6.6, 192.0.2.7", "X-Forwarded-Proto": "https" },
        "http",
      );
      expect(headers).toMatchObject({
        "x-real-ip": "192.0.2.7",
        "x-forwarded-for": "192.0.2.7",
        "x-forwarded-proto": "https",
        "x-forwarded-port": "443",
      });
    });

    it("is not the password of the site", async () => {
      const headers = await told({ ...at("gated"), authorization: `Basic ${btoa("team:open")}` }, "http");
      expect(headers["authorization"]).toBeUndefined();
      expect((await told({ ...at("plain"), authorization: "Bearer own" }, "http"))["authorization"]).toBe(
        "Bearer own",
      );
    });
  });

  describe("buckets", () => {
    it("are kept by the cookie of the embedded proxy, and drawn evenly", async () => {
      const first = await nginx.ask("https", "/");
      const [cookie = ""] = first.headers["set-cookie"] ?? [];
      const [, bucket = ""] = /^cozy_bucket=(\d\d);/.exec(cookie) ?? [];
      expect(cookie).toBe(cookieOf(Number(bucket), "https"));
      const again = await nginx.ask("https", "/", { headers: { cookie: `a=b; cozy_bucket=${bucket}` } });
      expect(again.headers["set-cookie"]).toBeUndefined();
      expect(again.text).toBe(first.text);
      const odd = await nginx.ask("https", "/", { headers: { cookie: "cozy_bucket=1e1" } });
      expect(odd.headers["set-cookie"]).toHaveLength(1);
      const counts = Array.from({ length: 100 }, () => 0);
      const load = startLoad({
        url: `http://127.0.0.1:${nginx.facts.places.ports.http}/`,
        connections: 8,
        headers: { host: "plain.test" },
        check: ({ headers }) => {
          const drawn = Number(/cozy_bucket=(\d\d)/.exec(String(headers["set-cookie"]))?.[1]);
          counts[drawn] = (counts[drawn] ?? 0) + 1;
          return undefined;
        },
      });
      onTestFinished(() => void load.stop());
      await expect.poll(() => load.result().sent, { timeout: 50_000 }).toBeGreaterThan(5_000);
      const { sent } = await load.stop();
      const chiSquare = counts.reduce((sum, count) => sum + (count - sent / 100) ** 2 / (sent / 100), 0);
      // With 99 degrees of freedom one draw in a million is above 175.
      expect(chiSquare).toBeLessThan(175);
    });

    it("are chosen by nobody without the token", async () => {
      const { headers } = await nginx.ask("https", "/", {
        headers: { "x-cozy-bucket": "07", "x-cozy-proof": "x" },
      });
      expect(headers["x-cozy-table"]).toBeUndefined();
      const asked = await nginx.ask("https", "/", { headers: { ...probe(), "x-cozy-bucket": "07" } });
      expect(asked.headers["x-cozy-tried"]).toBe(`unix:${nginx.facts.layout.run}/routes/07.sock`);
      expect(asked.headers["set-cookie"]).toBeUndefined();
    });
  });

  describe("files", () => {
    it("stay for 30 days, those with a hash for good, pre-compressed where the client takes it", async () => {
      const kept = async (path: string, headers = {}) =>
        (await nginx.ask("https", path, { headers })).headers;
      expect((await kept("/static/app.js"))["cache-control"]).toBe("public, max-age=2592000");
      expect((await kept("/static/foo-chapter1.js"))["cache-control"]).toBe("public, max-age=2592000");
      expect((await kept("/static/index-B1xY3dk2.js"))["cache-control"]).toContain("immutable");
      const css = await kept("/static/base.5af66c1b3f7e.css", { "accept-encoding": "gzip" });
      expect(css["cache-control"]).toBe("public, max-age=2592000, immutable");
      expect(css["content-encoding"]).toBe("gzip");
      expect(css["content-length"]).toBe(String(gzipSync("body{}".repeat(300)).length));
      expect(css["vary"]).toBe("Accept-Encoding");
      expect(css["content-type"]).toBe("text/css; charset=utf-8");
      expect((await kept("/static/worker.mjs"))["content-type"]).toBe("text/javascript; charset=utf-8");
      expect((await kept("/static/nothing.js"))["cache-control"]).toBeUndefined();
      expect((await kept("/media/photo.png"))["cache-control"]).toBe("public, max-age=2592000");
    });

    it("are none that hide, and none outside of the folder", async () => {
      expect((await nginx.ask("https", "/static/.secret")).status).toBe(404);
      expect((await nginx.ask("https", "/static/%2e%2e/environment.json")).status).not.toBe(200);
      expect((await nginx.ask("https", "/media/leak.txt")).status).toBe(403);
    });

    it("of users get no rights of the site", async () => {
      expect((await nginx.ask("https", "/media/page.html")).headers["content-security-policy"]).toBe(
        "sandbox",
      );
      expect(
        (await nginx.ask("https", "/media/photo.png")).headers["content-security-policy"],
      ).toBeUndefined();
    });
  });

  describe("names and TLS", () => {
    it("lead to the canonical name, with TLS", async () => {
      const { https } = nginx.facts.places.ports;
      const plain = await nginx.ask("http", "/a/b?c=1");
      expect(plain.headers.location).toBe(`https://cozywish.com:${https}/a/b?c=1`);
      const other = await nginx.ask("https", "/a?b", { headers: { host: "www.cozywish.com" } });
      expect(other.headers.location).toBe(`https://cozywish.com:${https}/a?b`);
    });

    it("that nobody has get no answer", async () => {
      await expect(nginx.ask("http", "/", { headers: { host: "nobody.test" } })).rejects.toThrow(
        /hang up|ECONNRESET/,
      );
      await expect(nginx.ask("https", "/", { headers: { host: "nobody.test" } })).rejects.toThrow(
        /unrecognized name/i,
      );
    });

    it("speaks HTTP/2, and refuses old TLS and ciphers without forward secrecy", async () => {
      const options = { servername: "cozywish.com", rejectUnauthorized: false };
      const session = http2Connect(`https://127.0.0.1:${nginx.facts.places.ports.https}`, options);
      const request = session.request({ ":path": "/", ":authority": "cozywish.com" });
      const [headers] = await once(request, "response");
      expect(headers[":status"]).toBe(200);
      expect(session.alpnProtocol).toBe("h2");
      session.destroy();
      expect(await handshake({ maxVersion: "TLSv1.3", minVersion: "TLSv1.3" })).toBe("TLSv1.3");
      expect(await handshake({ maxVersion: "TLSv1.2" })).toBe("TLSv1.2");
      expect(
        await handshake({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
      ).toMatch(/alert|version/);
      expect(await handshake({ maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" })).toMatch(
        /handshake failure|alert/,
      );
      expect(await handshake({ maxVersion: "TLSv1.2", ciphers: "DHE-RSA-AES128-GCM-SHA256" })).toMatch(
        /handshake failure|alert/,
      );
    });

    it("wait for the certificate with the challenge alone", async () => {
      const { acme } = nginx.facts.places;
      await mkdir(join(acme, ".well-known", "acme-challenge"), { recursive: true });
      await writeFile(join(acme, ".well-known", "acme-challenge", "token.html"), "proof of the name");
      for (const host of ["secured.test", "www.secured.test", "cozywish.com"]) {
        const { status, text, headers } = await nginx.ask("http", "/.well-known/acme-challenge/token.html", {
          headers: { host },
        });
        expect([status, text, headers["content-type"]]).toEqual([
          200,
          "proof of the name",
          "text/plain; charset=utf-8",
        ]);
      }
      const page = await nginx.ask("http", "/", { headers: at("secured") });
      expect([page.status, page.text]).toEqual([503, expect.stringContaining("waits for its certificate")]);
      expect((await nginx.ask("http", "/", { headers: { ...at("secured"), ...probe() } })).status).toBe(200);
    });
  });

  it("lets nobody in during maintenance but cozy's own questions", async () => {
    const { maintenance } = nginx.facts.layout;
    await writeFile(maintenance, "");
    const closed = await nginx.ask("https", "/");
    expect([closed.status, closed.headers["retry-after"]]).toEqual([503, "60"]);
    expect(closed.text).toContain("Under maintenance");
    expect(closed.headers).toMatchObject({ ...everywhere, "cache-control": "no-store" });
    expect((await nginx.ask("https", "/", { headers: probe() })).status).toBe(200);
    expect((await nginx.ask("https", "/static/app.js")).status).toBe(200);
    await rm(maintenance);
    expect((await nginx.ask("https", "/")).status).toBe(200);
    // The log tells a closed site from a failure.
    const [met, asked, open] = (await nginx.log()).filter((line) => line?.path === "/").slice(-3);
    expect([met?.maintenance, met?.status, met?.error]).toEqual([true, 503, undefined]);
    expect([asked?.maintenance, asked?.probe, open?.maintenance]).toEqual([undefined, true, undefined]);
  });

  it("asks for the password, of everybody but cozy", async () => {
    const status = async (headers: Record<string, string>, path = "/") =>
      (await nginx.ask("http", path, { headers: { ...at("gated"), ...headers } })).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: `Basic ${btoa("team:wrong")}` })).toBe(401);
    expect(await status({ authorization: `Basic ${btoa("team:open")}` })).toBe(200);
    expect(await status({}, "/static/app.js")).toBe(401);
    expect(await status({ accept: "text/event-stream" }, "/events")).toBe(401);
    expect(await status({}, "/.well-known/acme-challenge/none")).toBe(404);
    expect(await status(probe())).toBe(200);
  });

  it("tells the balancer whether the host takes traffic, under any name", async () => {
    const ready = async (host: string) => (await nginx.ask("http", "/ready", { headers: { host } })).status;
    expect([await ready("balanced.test"), await ready("127.0.0.1")]).toEqual([503, 503]);
    await writeFile(inRotationFile(nginx.facts.layout), "");
    expect([await ready("balanced.test"), await ready("127.0.0.1")]).toEqual([200, 200]);
    const insecure = await nginx.ask("http", "/a?b", {
      headers: { ...at("balanced"), "x-forwarded-proto": "http" },
    });
    expect([insecure.status, insecure.headers.location]).toEqual([301, "https://balanced.test/a?b"]);
  });

  it("asks clients to come by a new connection while it is about to be reloaded, whatever it answers", async () => {
    const paths = ["/", "/static/none.css", "/media/none.png"];
    const told = async () => {
      const asked = paths.flatMap((path) => [
        nginx.ask("https", path),
        nginx.ask("https", path, { headers: { host: "www.cozywish.com" } }),
        nginx.ask("http", path),
      ]);
      return new Set((await Promise.all(asked)).map(({ headers }) => headers.connection));
    };
    // Each is asked by a connection of its own.
    const keeps = { connection: "keep-alive" };
    expect((await nginx.ask("https", "/", { headers: keeps })).headers.connection).toBe("keep-alive");
    await writeFile(nginx.facts.places.leaving, "");
    expect((await nginx.ask("https", "/", { headers: keeps })).headers.connection).toBe("keep-alive, close");
    expect([...(await told())].every((one) => one?.includes("close"))).toBe(true);
    await rm(nginx.facts.places.leaving);
  });

  it("loses no request when it is reloaded after that", async () => {
    const pid = Number(await readFile(join(nginx.stage.folder, "nginx.pid"), "utf8"));
    const load = startLoad({
      url: `https://127.0.0.1:${nginx.facts.places.ports.https}/`,
      headers: { host: "cozywish.com" },
      tls: { servername: "cozywish.com" },
      connections: 8,
    });
    await pause(300);
    await writeFile(nginx.facts.places.leaving, "");
    await pause(700);
    process.kill(pid, "SIGHUP");
    await pause(500);
    await rm(nginx.facts.places.leaving);
    expect(await load.stop()).toMatchObject({ failed: 0, errors: [] });
  });

  it("carries WebSockets and event streams", async () => {
    const tls = { servername: "cozywish.com", rejectUnauthorized: false } satisfies ConnectionOptions;
    const socket = new WebSocket(`wss://127.0.0.1:${nginx.facts.places.ports.https}/socket`, {
      headers: { host: "cozywish.com" },
      ...tls,
    });
    const [hello] = await once(socket, "message");
    expect(String(hello)).toMatch(/^r1\/\d 127\.0\.0\.1$/);
    socket.send("hi");
    const [heard] = await once(socket, "message");
    expect(String(heard)).toMatch(/heard hi$/);
    const inFlight = Object.values(await nginx.proxy.inFlight(signal));
    expect(inFlight.reduce((sum, one) => sum + one.requests + one.streams, 0)).toBe(1);
    socket.close();
    await once(socket, "close");
    await until(async () => Object.keys(await nginx.proxy.inFlight(signal)).length === 0);
    const asked = httpRequest({
      host: "127.0.0.1",
      port: nginx.facts.places.ports.http,
      path: "/events",
      headers: { ...at("plain"), accept: "text/event-stream" },
    }).end();
    const response = await answerOf(asked);
    expect(String((await once(response, "data"))[0])).toBe("data: 0\n\n");
    expect(String((await once(response, "data"))[0])).toBe("data: 1\n\n");
    asked.on("error", () => {}).destroy();
    const streams = async () =>
      (await nginx.log()).flatMap((line) => (line?.stream === undefined ? [] : [line]));
    await until(async () => (await streams()).length === 2);
    expect((await streams()).map(({ stream, status, aborted }) => [stream, status, aborted])).toEqual([
      ["websocket", 101, undefined],
      ["event-stream", 200, undefined],
    ]);
  });

  /** What nginx says to lines that no client of Node's would send. */
  async function rawReply(port: number, how: "secure" | "plain", ...lines: readonly string[]) {
    const to = { port, host: "127.0.0.1" };
    const secure = { ...to, servername: "cozywish.com", rejectUnauthorized: false };
    const socket = how === "secure" ? tlsConnect(secure) : netConnect(to);
    socket.setTimeout(10_000, () => socket.destroy(new Error("no answer in 10 s")));
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    let text = "";
    for await (const part of socket) {
      text += String(part);
      if (text.includes("\r\n\r\n")) break;
    }
    socket.destroy();
    return {
      asked: lines.map((line) => line.slice(0, 40)).join(" / "),
      head: text.split("\r\n\r\n")[0] ?? "",
    };
  }

  async function answerOf(asked: ClientRequest): Promise<IncomingMessage> {
    return await new Promise((resolve, reject) => asked.on("response", resolve).on("error", reject));
  }

  async function handshake(options: ConnectionOptions): Promise<string> {
    const { https } = nginx.facts.places.ports;
    const socket = tlsConnect({
      port: https,
      host: "127.0.0.1",
      servername: "cozywish.com",
      rejectUnauthorized: false,
      ...options,
    });
    return await new Promise((resolve) => {
      socket.on("secureConnect", () => resolve(socket.getProtocol() ?? ""));
      socket.on("error", (error) => resolve(error.message));
    }).then((outcome) => {
      socket.destroy();
      return String(outcome);
    });
  }
});
