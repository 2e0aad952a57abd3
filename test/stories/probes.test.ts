import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createSandbox, served, tinyConfig, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
afterEach(async () => sandbox.dispose());

/** A server of a few lines in place of the fixture's. */
function server(body: string, listen = "process.env.PORT"): string {
  return `import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
const database = new DatabaseSync(new URL(process.env.DATABASE_URL).pathname);
createServer((request, response) => {
  const say = (status, text, headers = {}) => response.writeHead(status, headers).end(text);
  ${body}
}).listen(${listen});
process.on("SIGTERM", () => process.exit(0));
`;
}

const page =
  "say(200, JSON.stringify({ version: process.env.COZY_RELEASE, release: process.env.COZY_RELEASE }));";

describe("what applications answer probes with", () => {
  it("one that wants https and knows its host by name is deployed, and proven through the proxy", async () => {
    sandbox = await createSandbox({
      config: (port) =>
        tinyConfig(port, "", `ready: { path: "/ready", headers: { host: "shop.example" } },`)
          .replace(`ready: { path: "/ready", timeout: "60s" },`, "")
          .replace(
            `smoke: [{ path: "/", status: 200, text: "version" }],`,
            `smoke: [{ path: "/", headers: { host: "shop.example" } }],`,
          ),
    });
    const picky = `if (request.headers["x-forwarded-proto"] !== "https") return say(301, "", { location: "https://" + request.headers.host + request.url });
  if (request.headers.host !== "shop.example") return say(400, "Bad Request");
  ${page}`;
    await sandbox.commit({ "server.js": server(picky) });
    const { stdout } = await sandbox.ok(["deploy", "staging"]);
    expect(stdout).toContain("prove");
    const answer = await fetch(`${sandbox.url}/`, { redirect: "manual" });
    expect(answer.status).toBe(301);
  });

  it("one that does not know the host is refused with what to do", async () => {
    sandbox = await createSandbox({
      config: (port) => tinyConfig(port).replace(`timeout: "60s"`, `timeout: "1s"`),
    });
    await sandbox.commit({ "server.js": server(`say(400, "Bad Request");`) });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).not.toBe(0);
    expect(stderr.replaceAll(/\s+/g, " ")).toContain("set `ready.headers.host` to a name that it answers to");
  });

  it("one that listens on TCP instead of its socket is told as such", async () => {
    sandbox = await createSandbox({
      config: (port) =>
        tinyConfig(port).replace(`timeout: "60s"`, `timeout: "1s"`).replace("count: 2", "count: 1"),
    });
    await sandbox.commit({
      "server.js": server(page, `Number.parseInt(process.env.PORT) || 0, "127.0.0.1"`),
    });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).not.toBe(0);
    expect(stderr.replaceAll(/\s+/g, " ")).toMatch(
      /web\.0 listens on 127\.0\.0\.1:\d+ and not on its socket: set `listen: "port"` for web/,
    );
    expect(stderr).toContain("release-not-ready");
  });
});

describe("a fault that only a write meets", () => {
  const form = `<form method=post action=/bookings><input type=hidden name=token value=t1><input name=name></form>`;
  const shop = (insert: string) =>
    server(`if (request.method === "POST") {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    return request.on("end", () => {
      const fields = new URLSearchParams(body);
      if (fields.get("token") !== "t1" || request.headers.cookie !== "seen=1") return say(403, "no token");
      if (fields.get("key") !== process.env.SMOKE_KEY) return say(403, "wrong key: " + fields.get("key"));
      try {
        database.prepare(${JSON.stringify(insert)}).run(fields.get("name"));
        say(303, "", { location: "/" });
      } catch { say(500, "could not book with " + fields.get("key")); }
    });
  }
  if (request.url === "/book") return say(200, ${JSON.stringify(form)}, { "set-cookie": "seen=1" });
  ${page}`);
  const migrate = `import { DatabaseSync } from "node:sqlite";
new DatabaseSync(new URL(process.env.DATABASE_URL).pathname).exec("create table if not exists bookings (name text not null)");
`;

  it("is found by a check that sends a form, and the old release goes on", async () => {
    sandbox = await createSandbox({
      config: (port) =>
        tinyConfig(port, `variables: { SMOKE_KEY: generated() },`)
          .replace(`variables: { COLOUR: "blue" },`, "")
          .replace("import { defineProject,", "import { defineProject, generated,")
          .replace(
            `smoke: [{ path: "/", status: 200, text: "version" }],`,
            `smoke: ["/", { path: "/bookings", page: "/book", status: 303, form: { name: "smoke", key: { variable: "SMOKE_KEY" } } }],`,
          ),
    });
    await sandbox.commit({
      "migrate.js": migrate,
      "server.js": shop("insert into bookings (name) values (?)"),
    });
    await sandbox.ok(["deploy", "staging"]);
    const { release } = await served(sandbox.url);

    await sandbox.commit({ "server.js": shop("insert into bookings (name, slot) values (?, 1)") });
    const { code, stdout, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("POST /bookings: status 500 instead of 303 (could not book with [REDACTED])");
    expect((await served(sandbox.url)).release).toBe(release);

    const key = await sandbox.cozy(["run", "staging", "--", "node", "-p", "process.env.SMOKE_KEY"]);
    const history = await sandbox.ok(["history", "staging", "--json"]);
    expect(key.stdout.trim().length).toBeGreaterThan(20);
    expect(stdout + stderr + history.stdout).not.toContain(key.stdout.trim());
  });
});

describe("a release that writes into its own folder", () => {
  it("is told at the next deploy", async () => {
    sandbox = await createSandbox();
    await sandbox.ok(["deploy", "staging"]);
    const write = "require('fs').mkdirSync('logs'); require('fs').writeFileSync('logs/app.log', 'x')";
    await sandbox.ok(["run", "staging", "--", "node", "-e", write]);
    await sandbox.commit({ "version.txt": "two\n" });
    const { stdout, stderr } = await sandbox.ok(["deploy", "staging"]);
    expect((stdout + stderr).replaceAll(/\s+/g, " ")).toContain(
      "The serving release wrote 1 file into its own folder, which the next release will not see: logs/app.log",
    );
  });
});

describe("a worker that says when it is at work", () => {
  const worker = (afterMs: number) => `import { existsSync } from "node:fs";
console.log("connecting to the queue");
const mute = existsSync(process.env.MUTE_FILE);
if (!mute) setTimeout(() => console.log("worker: at work"), ${afterMs});
setInterval(() => {}, 1000);
process.on("SIGTERM", () => process.exit(0));
`;

  it("is waited for, and is not taken for ready by what it logged in an earlier life", async () => {
    const config = (port: number, timeout = "6s"): string =>
      tinyConfig(port, `variables: { MUTE_FILE: ${JSON.stringify(join(tmpdir(), `cozy-mute-${port}`))} },`)
        .replace(`variables: { COLOUR: "blue" },`, "")
        .replace(
          "processes: {",
          `processes: { worker: { command: ["node", "worker.js"], ready: { output: "at work", timeout: "${timeout}" } },`,
        );
    sandbox = await createSandbox({ config });
    const mute = join(tmpdir(), `cozy-mute-${sandbox.port}`);
    await sandbox.commit({ "worker.js": worker(1_200) });
    const start = performance.now();
    await sandbox.ok(["deploy", "staging"]);
    expect(performance.now() - start).toBeGreaterThan(1_200);
    const first = (await served(sandbox.url)).release;

    await sandbox.commit({ "worker.js": worker(60_000), "cozy.config.ts": config(sandbox.port, "2s") });
    const refused = await sandbox.cozy(["deploy", "staging"]);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr.replaceAll(/\s+/g, " ")).toContain('worker.0 did not log "at work" within 2 s');
    expect(refused.stderr).toContain("connecting to the queue");
    expect((await served(sandbox.url)).release).toBe(first);

    await sandbox.commit({ "worker.js": worker(0), "cozy.config.ts": config(sandbox.port) });
    await sandbox.ok(["deploy", "staging"]);
    const third = (await served(sandbox.url)).release;
    await writeFile(mute, "");
    try {
      const back = await sandbox.cozy(["rollback", "staging"]);
      expect(back.code).not.toBe(0);
      expect((await served(sandbox.url)).release).toBe(third);
    } finally {
      await rm(mute);
    }
    await sandbox.ok(["rollback", "staging"]);
    expect((await served(sandbox.url)).release).toBe(first);
  });
});
