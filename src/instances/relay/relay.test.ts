import { spawn, type ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { buildAgent } from "../testing/agent.ts";
import { eventually } from "../testing/lab.ts";
import { listeningHost } from "./wait-for-port.ts";

/** An application that knows of TCP ports only, and does what its first word says. */
const app = `
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTcp } from "node:net";
const [what, port = process.env.PORT] = process.argv.slice(2);
if (what === "collides" && !existsSync("collided")) {
  // Another program that has taken the port meanwhile, in a session of its own.
  const code = 'require("net").createServer().listen(Number(process.argv[1]), "127.0.0.1", () => console.log("there"))';
  const other = spawn(process.execPath, ["-e", code, port], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
  writeFileSync("collided", String(other.pid));
  await once(other.stdout, "data");
  process.exit(98);
}
if (what === "exits") { console.error("no luck"); process.exit(9); }
if (what === "never listens") setInterval(() => {}, 1000);
else if (what === "echoes") {
  createTcp({ allowHalfOpen: true }, (socket) => {
    const parts = [];
    socket.on("error", () => {});
    socket.on("data", (data) => parts.push(data));
    socket.on("end", () => { socket.write("all of "); setTimeout(() => socket.end(Buffer.concat(parts)), 50); });
  }).listen(Number(port), "127.0.0.1");
} else {
  const server = createServer((request, answer) => {
    if (request.url === "/variables") return answer.end(JSON.stringify(process.env));
    if (request.url === "/slow") { writeFileSync("asked", ""); return setTimeout(() => answer.end("slow"), 400); }
    if (request.url === "/die") { answer.write("half of it"); return setTimeout(() => process.kill(process.pid, "SIGKILL"), 50); }
    if (request.method === "POST") return request.pipe(answer);
    answer.end(String(process.pid));
  });
  server.on("upgrade", (request, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n");
    socket.pipe(socket);
  });
  server.listen(Number(port), what === "on six" ? "::1" : "127.0.0.1");
  process.on("SIGTERM", () => server.close(() => process.exit(3)));
}
`;

let built: string;
beforeAll(async () => {
  built = await buildAgent("relay", mkdtempSync(join(tmpdir(), "cozy-relay-agent-")));
});
afterAll(() => rmSync(join(built, ".."), { recursive: true, force: true }));

let folder: string;
let socketPath: string;
const started: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cozy-relay-"));
  socketPath = join(folder, "web.0.sock");
  writeFileSync(join(folder, "app.mjs"), app);
});
afterEach(() => {
  for (const { pid, exitCode, signalCode } of started.splice(0)) {
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
  }
  rmSync(folder, { recursive: true, force: true });
});

/** As the supervisor starts it: the leader of a session of its own. */
function start(what: string, more: readonly string[] = [], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const command = [process.execPath, "app.mjs", what, ...more];
  const child = spawn(process.execPath, [built, socketPath, "--", ...command], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], ...env },
  });
  started.push(child);
  return child;
}

async function serving(what = "serves", more: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const child = start(what, more, env);
  await eventually(() => accepts(socketPath), Boolean);
  return child;
}

async function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function ask(path: string, { agent, body }: { agent?: Agent; body?: Buffer } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, agent, method: body ? "POST" : "GET" }, (answer) => {
      const hash = createHash("sha256");
      let read = "";
      answer.on("data", (part: Buffer) => {
        hash.update(part);
        if (!body) read += part.toString();
      });
      answer.on("end", () => resolve(body ? hash.digest("hex") : read));
      answer.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

describe("what goes through the relay", () => {
  it("is a request after the other on one connection, and uploads that come back as they were", async () => {
    await serving();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const [pid, again] = [await ask("/", { agent }), await ask("/", { agent })];
    expect(Number(pid)).toBeGreaterThan(1);
    expect(again).toBe(pid);
    const body = randomBytes(24_000_000);
    const sums = await Promise.all([1, 2].map(() => ask("/upload", { agent: new Agent(), body })));
    const sum = createHash("sha256").update(body).digest("hex");
    expect(sums).toEqual([sum, sum]);
    agent.destroy();
  });

  it("is an upgraded connection, both ways", async () => {
    await serving();
    const socket = connect(socketPath);
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    const [head] = (await once(socket, "data")) as [Buffer];
    expect(head.toString()).toContain("101 Switching Protocols");
    for (const word of ["one", "two"]) {
      socket.write(word);
      expect(String(((await once(socket, "data")) as [Buffer])[0])).toBe(word);
    }
    socket.destroy();
  });

  it("is the end of one direction, while the other goes on", async () => {
    await serving("echoes");
    const socket = connect({ path: socketPath, allowHalfOpen: true });
    socket.end("what was sent");
    expect(await text(socket)).toBe("all of what was sent");
  });

  it("goes to a command that listens on the other loopback", async () => {
    await serving("on six");
    expect(Number(await ask("/"))).toBeGreaterThan(1);
  });
});

describe("the command", () => {
  it("gets the port in its environment, and in its words where they have a place for it", async () => {
    await serving("serves", ["{port}"], { HOST: "example.org" });
    const variables: Record<string, string> = JSON.parse(await ask("/variables"));
    expect(variables).toMatchObject({ HOST: "example.org", HOSTNAME: "127.0.0.1" });
    expect(Number(variables["PORT"])).toBeGreaterThan(1_000);
  });

  it("has its own options for Node, which the relay has not", async () => {
    const release = join(folder, "release");
    mkdirSync(join(release, "agents"), { recursive: true });
    const moved = join(release, "agents", "relay.mjs");
    copyFileSync(built, moved);
    const variables = { NODE_OPTIONS: "--no-warnings" };
    writeFileSync(join(release, "environment.json"), JSON.stringify({ format: 1, variables, secrets: [] }));
    const command = [process.execPath, "app.mjs", "serves"];
    started.push(
      spawn(process.execPath, [moved, socketPath, "--", ...command], {
        cwd: folder,
        detached: true,
        stdio: "ignore",
        env: { PATH: process.env["PATH"], NODE_OPTIONS: "" },
      }),
    );
    await eventually(() => accepts(socketPath), Boolean);
    expect(JSON.parse(await ask("/variables"))).toMatchObject(variables);
  });

  it("has another port when it is started anew", async () => {
    const first = await serving();
    const before: Record<string, string> = JSON.parse(await ask("/variables"));
    first.kill("SIGTERM");
    await once(first, "exit");
    await serving();
    const after: Record<string, string> = JSON.parse(await ask("/variables"));
    expect(after["PORT"]).not.toBe(before["PORT"]);
  });

  it("is tried with another port where somebody else was quicker", async () => {
    const child = await serving("collides");
    const other = Number(readFileSync(join(folder, "collided"), "utf8"));
    try {
      expect(Number(await ask("/"))).toBeGreaterThan(1);
      expect(child.exitCode).toBeNull();
    } finally {
      process.kill(other, "SIGKILL");
    }
  });

  it("that never listens has no socket", async () => {
    const child = start("never listens");
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(existsSync(socketPath)).toBe(false);
    expect(child.exitCode).toBeNull();
  });
});

describe("the end", () => {
  it.each([
    ["exits", { code: 9, signal: null }],
    ["is not there", { code: 127, signal: null }],
  ])("of a command that %s is the relay's own", async (what, expected) => {
    const child =
      what === "exits"
        ? start(what)
        : spawn(process.execPath, [built, socketPath, "--", "no-such-program"], { stdio: "ignore" });
    const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
    expect({ code, signal }).toEqual(expected);
  });

  it("comes by the signal that the relay was sent, once requests in flight are answered", async () => {
    const child = await serving();
    const slow = ask("/slow", { agent: new Agent() });
    await eventually(() => existsSync(join(folder, "asked")), Boolean);
    child.kill("SIGTERM");
    expect(await slow).toBe("slow");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(3);
    expect(existsSync(socketPath)).toBe(false);
  });

  it("of a command that is killed takes the socket and the connections with it", async () => {
    const child = await serving();
    const exit = once(child, "exit");
    await expect(ask("/die", { agent: new Agent() })).rejects.toThrow(/aborted|hang up/);
    expect(await exit).toEqual([null, "SIGKILL"]);
    await expect(ask("/", { agent: new Agent() })).rejects.toThrow(/ECONNREFUSED|ENOENT/);
  });
});

describe("listeningHost", () => {
  it.skipIf(process.platform !== "linux")("does not take another program for the command", async () => {
    const foreign = spawn(
      process.execPath,
      [
        "-e",
        `const s = require("net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))`,
      ],
      { detached: true, stdio: ["ignore", "pipe", "ignore"] },
    );
    started.push(foreign);
    const [line] = (await once(foreign.stdout, "data")) as [Buffer];
    expect(await listeningHost(Number(line.toString()), AbortSignal.timeout(600))).toBeUndefined();
  });
});
