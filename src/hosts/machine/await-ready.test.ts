import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InstanceStatus } from "../../instances/instance.ts";
import { sampleStatus } from "../../instances/testing/sample-status.ts";
import { awaitReady } from "./await-ready.ts";
import type { InstanceView } from "./instance-view.ts";

const never = new AbortController().signal;
/** For what is to be well. */
const check = { path: "/ready", status: 200, timeoutMs: 20_000 };
/** For what never is. */
const briefly = { ...check, timeoutMs: 300 };
let folder: string;
let socket: string;
let server: Server | undefined;
let child: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-ready-"));
  socket = join(folder, "web.0.sock");
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  child?.kill("SIGKILL");
  server = child = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function answers(listener: RequestListener): Promise<void> {
  const listening = (server = createServer(listener));
  await new Promise<void>((resolve) => listening.listen(socket, resolve));
}

function view(change: Partial<InstanceStatus> = {}, listens: "socket" | "port" = "socket"): InstanceView {
  const status = sampleStatus({ release: "r1", type: "web", index: 0 }, { socket, ...change });
  return {
    instances: async () => [status],
    tail: async () => ["its last words"],
    listens: async () => listens,
    watch: () => ({ seen: async () => false }),
    now: () => performance.now(),
  };
}

const crashed = { restarts: 2, lastExit: { code: 9, signal: null, at: 0 } };
const ready: RequestListener = (_request, response) => void response.end("ready");

describe("awaitReady", () => {
  it("is content when every instance has answered well", async () => {
    await answers(ready);
    expect(await awaitReady(view(), "r1", check, {}, never)).toEqual({ ok: true, faults: [], tail: [] });
  });

  it("asks as a proxy with https would, and with the headers that the project file gives", async () => {
    const seen: unknown[] = [];
    await answers((request, response) => {
      const { host, "x-forwarded-proto": proto, "user-agent": agent, connection } = request.headers;
      seen.push([host, proto, agent, connection]);
      response.end();
    });
    await awaitReady(view(), "r1", check, {}, never);
    await awaitReady(view(), "r1", { ...check, headers: { host: "shop.example" } }, {}, never);
    expect(seen).toEqual([
      ["localhost", "https", "cozy-check", "close"],
      ["shop.example", "https", "cozy-check", "close"],
    ]);
  });

  it("says what came back when the time is up", async () => {
    await answers((_request, response) => void response.writeHead(503).end("warming up"));
    expect(await awaitReady(view(), "r1", briefly, {}, never)).toEqual({
      ok: false,
      faults: ["web.0 answers GET /ready: status 503 instead of 200 (warming up) after 0.3 s"],
      tail: ["its last words"],
    });
  });

  it("says what the application may mean", async () => {
    await answers((_request, response) => void response.writeHead(400).end());
    expect((await awaitReady(view(), "r1", briefly, {}, never)).faults).toEqual([
      "web.0 answers GET /ready: status 400 instead of 200 after 0.3 s; it may not know the host `localhost`: set `ready.headers.host` to a name that it answers to",
    ]);
  });

  it("does not use up a rate limit: the page is asked ever more seldom", async () => {
    let asked = 0;
    await answers((_request, response) => {
      asked += 1;
      response.writeHead(503).end();
    });
    await awaitReady(view(), "r1", { ...check, timeoutMs: 2_000 }, {}, never);
    expect(asked).toBeGreaterThanOrEqual(3);
    expect(asked).toBeLessThanOrEqual(12);
  });

  it("heeds Retry-After", async () => {
    const times: number[] = [];
    await answers((_request, response) => {
      times.push(performance.now());
      if (times.length === 1) response.writeHead(429, { "retry-after": "1" });
      response.end();
    });
    const report = await awaitReady(view(), "r1", { ...check, timeoutMs: 20_000 }, {}, never);
    expect(report.ok).toBe(true);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("does not wait for longer than it may, whatever Retry-After says", async () => {
    await answers((_request, response) => void response.writeHead(429, { "retry-after": "3600" }).end());
    const start = performance.now();
    const report = await awaitReady(view(), "r1", briefly, {}, never);
    expect(report.faults[0]).toContain("its rate limit counts these checks");
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("leaves the processor to what it waits for, where a look takes long", async () => {
    let looks = 0;
    const slow = view();
    const instances: InstanceView["instances"] = async (signal) => {
      looks += 1;
      await setTimeout(50);
      return slow.instances(signal);
    };
    const report = await awaitReady({ ...slow, instances }, "r1", { ...check, timeoutMs: 1_000 }, {}, never);
    expect(report.faults).toEqual(["web.0 does not listen on its socket after 1 s"]);
    expect(looks).toBeGreaterThanOrEqual(2);
    expect(looks).toBeLessThanOrEqual(6);
  });

  it("looks once more when all have answered: one may have ended since", async () => {
    let looks = 0;
    const instances: InstanceView["instances"] = async (signal) =>
      view((looks += 1) === 1 ? {} : crashed).instances(signal);
    void setTimeout(30).then(() => answers(ready));
    const report = await awaitReady({ ...view(), instances }, "r1", check, {}, never);
    expect(report.faults).toEqual(["web.0 ended with exit code 9"]);
    expect(looks).toBe(2);
  });

  it("gives up at once on a new instance that ended", async () => {
    await answers(ready);
    const report = await awaitReady(view(crashed), "r1", check, {}, never);
    expect(report).toEqual({ ok: false, faults: ["web.0 ended with exit code 9"], tail: ["its last words"] });
  });

  it("does not hold it against a warm instance that it ended some time before", async () => {
    await answers(ready);
    expect(await awaitReady(view(crashed), "r1", check, { "web.0": 2 }, never)).toMatchObject({ ok: true });
    expect(await awaitReady(view(crashed), "r1", check, { "web.0": 1 }, never)).toMatchObject({ ok: false });
  });

  it("has nothing to be content with where nothing runs", async () => {
    const report = await awaitReady(view(), "r2", { ...check, timeoutMs: 50 }, {}, never);
    expect(report).toEqual({ ok: false, faults: ["no web instance runs"], tail: [] });
  });

  it("says that nothing listens", async () => {
    const report = await awaitReady(view({ pid: undefined }), "r1", briefly, {}, never);
    expect(report.faults).toEqual(["web.0 does not listen on its socket after 0.3 s"]);
  });
});

describe.runIf(process.platform === "linux")("an instance that listens on TCP instead of its socket", () => {
  async function onTcp(): Promise<{ readonly pid: number; readonly port: string }> {
    // A child that is started by the instance itself counts too.
    const listen = `require("net").createServer().listen(0, "127.0.0.1", function () { console.log(this.address().port) })`;
    const script = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(listen)}], { stdio: "inherit" })`;
    const started = spawn(process.execPath, ["-e", script], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    child = started;
    const [line] = (await once(started.stdout, "data")) as [Buffer];
    return { pid: started.pid ?? 0, port: line.toString().trim() };
  }

  it.each([
    ["socket", 'its socket: set `listen: "port"` for web'],
    ["port", "the port that `PORT` names"],
  ] as const)("is told as such (listen: %s)", async (listens, where) => {
    const { pid, port } = await onTcp();
    try {
      const report = await awaitReady(view({ pid }, listens), "r1", briefly, {}, never);
      expect(report.faults).toEqual([`web.0 listens on 127.0.0.1:${port} and not on ${where}`]);
    } finally {
      process.kill(-pid, "SIGKILL");
    }
  });
});
