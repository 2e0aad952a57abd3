import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad } from "../../src/routing/testing/load.ts";
import { createSandbox, served, tinyConfig, until, type Sandbox } from "../support/sandbox.ts";
import { times } from "../support/soak.ts";
import { upgraded } from "../support/upgraded.ts";

/** The fixture as so many applications are: it makes a number of what it is told to listen on. */
async function numericPort(project: string): Promise<string> {
  const server = await readFile(join(project, "server.js"), "utf8");
  const changed = server.replace("process.env.PORT ??", "String(Number(process.env.PORT)) ??");
  if (changed === server) throw new Error("the fixture listens in another way by now");
  return changed;
}

const listensOnPort = (port: number): string =>
  tinyConfig(port).replace("count: 2,", 'count: 2, listen: "port",');

/** Shorter than elsewhere: switches are over soon, and many requests have to meet them. */
const betweenRequestsMs = times(20, 0);

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ config: listensOnPort });
  await sandbox.commit({ "server.js": await numericPort(sandbox.project) });
});
afterAll(async () => sandbox.dispose());

describe("an application that listens on a TCP port only", () => {
  it("is served like any other, each instance at a port of its own", async () => {
    await sandbox.ok(["deploy", "staging"]);
    expect((await served(sandbox.url)).version).toBe("one");
    // Whoever comes without a cookie is led to either by chance.
    const variables = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const response = await fetch(`${sandbox.url}/variables`);
        return (await response.json()) as Record<string, string>;
      }),
    );
    const ports = new Map(variables.map((one) => [one["COZY_INSTANCE"], one["PORT"]]));
    expect(new Set(ports.keys())).toEqual(new Set(["web.0", "web.1"]));
    expect(new Set(ports.values()).size).toBe(2);
    expect(variables[0]).toMatchObject({ HOST: "127.0.0.1" });
  });

  it("loses no request over switches forth and back under load, nor an open WebSocket", async () => {
    const { release: first } = await served(sandbox.url);
    await sandbox.commit({ "version.txt": "two\n" });
    await sandbox.ok(["deploy", "staging"]);
    const { release: second } = await served(sandbox.url);
    const socket = await upgraded(sandbox.port);
    const load = startLoad({ url: `${sandbox.url}/`, connections: 16, pauseMs: betweenRequestsMs });
    const uploads = startLoad({
      url: `${sandbox.url}/echo`,
      connections: 2,
      pauseMs: betweenRequestsMs,
      method: "POST",
      body: "x".repeat(300_000),
      check: ({ status, text }) =>
        status === 200 && text.length === 300_000 ? undefined : `status ${status}, ${text.length} bytes`,
    });
    for (let round = 0; round < times(3, 10); round += 1) {
      await sandbox.ok(["rollback", "staging", first]);
      await sandbox.ok(["rollback", "staging", second]);
    }
    const [small, large] = await Promise.all([load.stop(), uploads.stop()]);
    expect([...small.errors, ...large.errors]).toEqual([]);
    expect(small.failed + large.failed).toBe(0);
    expect(small.sent).toBeGreaterThan(1_000);
    expect(large.sent).toBeGreaterThan(20);
    expect(await socket.echo("still there")).toBe("still there");
    socket.end();
  });

  it("loses none over deploys either", async () => {
    const load = startLoad({ url: `${sandbox.url}/`, connections: 16, pauseMs: betweenRequestsMs });
    for (const version of ["three", "four"]) {
      await sandbox.commit({ "version.txt": `${version}\n` });
      await sandbox.ok(["deploy", "staging"]);
      expect((await served(sandbox.url)).version).toBe(version);
    }
    const { failed, errors, sent } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    expect(sent).toBeGreaterThan(1_000);
  });

  it("is started anew with its relay when it is killed", async () => {
    const { pid } = await served(sandbox.url);
    process.kill(pid, "SIGKILL");
    await until("both instances answer again", async () => isWholeWithout(sandbox, pid));
    expect((await served(sandbox.url)).pid).not.toBe(pid);
  });

  it("runs on from its own release's relay, which a later cozy does not change", async () => {
    const { release } = await served(sandbox.url);
    const folder = join(sandbox.home, "environments", "tiny-staging", "releases", release, "agents");
    expect((await readFile(join(folder, "relay.mjs"), "utf8")).length).toBeGreaterThan(1_000);
  });

  it("is refused, and says why, where it is not told to cozy", async () => {
    const before = await served(sandbox.url);
    const config = tinyConfig(sandbox.port).replace('timeout: "60s"', 'timeout: "2s"');
    await sandbox.commit({ "cozy.config.ts": config });
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("release-not-ready");
    expect(await served(sandbox.url)).toMatchObject({ release: before.release });
  });
});

describe("an application that leaves its socket behind and can't start again on it", () => {
  it("is started again all the same", async () => {
    const stubborn = await createSandbox();
    try {
      const server = await readFile(join(stubborn.project, "server.js"), "utf8");
      const without = server.replace('if (port.startsWith("/")) rmSync(port, { force: true });\n', "");
      expect(without).not.toBe(server);
      await stubborn.commit({ "server.js": without.replace("readFileSync, rmSync", "readFileSync") });
      expect(await startsOnOldSocket(stubborn.project)).toBe(false);
      await stubborn.ok(["deploy", "staging"]);
      const { pid } = await served(stubborn.url);
      process.kill(pid, "SIGKILL"); // leaves the socket's file where it is
      await until("both instances answer again", async () => isWholeWithout(stubborn, pid));
    } finally {
      await stubborn.dispose();
    }
  });
});

/** Whether two instances answer, and the one with that pid does not. */
async function isWholeWithout({ url }: Sandbox, pid: number): Promise<boolean> {
  const pids = await Promise.all(Array.from({ length: 6 }, async () => (await served(url)).pid));
  return !pids.includes(pid) && new Set(pids).size === 2;
}

/** Whether the application starts on a socket that one before it has left. */
async function startsOnOldSocket(project: string): Promise<boolean> {
  const socket = join(project, "..", "left.sock");
  const start = () => spawn(process.execPath, ["server.js"], { cwd: project, env: { PORT: socket } });
  const first = start();
  await once(first.stdout, "data");
  first.kill("SIGKILL");
  await once(first, "exit");
  const second = start();
  const [code] = (await Promise.race([once(second, "exit"), once(second.stdout, "data")])) as [unknown];
  second.kill("SIGKILL");
  return code !== 1;
}
