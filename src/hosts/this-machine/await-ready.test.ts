import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstanceStatus } from "../../instances/instance.ts";
import { awaitReady, awaitSteady, type InstanceView } from "./await-ready.ts";

const never = new AbortController().signal;
const check = { path: "/ready", status: 200, timeoutMs: 300 };
let folder: string;
let socket: string;
let server: Server;
let ready = true;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-ready-"));
  socket = join(folder, "web.0.sock");
  server = createServer((_request, response) => {
    response.statusCode = ready ? 200 : 503;
    response.end(ready ? "ready" : "warming up");
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

function view(change: Partial<InstanceStatus> = {}): InstanceView {
  const status: InstanceStatus = {
    id: { release: "r1", type: "web", index: 0 },
    state: "running",
    pid: 1,
    startedAt: 0,
    restarts: 0,
    lastExit: undefined,
    retireAt: undefined,
    memoryBytes: undefined,
    socket,
    ...change,
  };
  return {
    instances: async () => [status],
    tail: async () => ["its last words"],
    now: () => performance.now(),
  };
}

const crashed = { restarts: 2, lastExit: { code: 9, signal: null, at: 0 } };

describe("awaitReady", () => {
  it("is content when every instance has answered well", async () => {
    ready = true;
    expect(await awaitReady(view(), "r1", check, {}, never)).toEqual({ ok: true, faults: [], tail: [] });
  });

  it("says what came back when the time is up", async () => {
    ready = false;
    expect(await awaitReady(view(), "r1", check, {}, never)).toEqual({
      ok: false,
      faults: ["web.0 answers GET /ready: status 503 instead of 200 (warming up) after 0.3 s"],
      tail: ["its last words"],
    });
    ready = true;
  });

  it("gives up at once on a new instance that ended", async () => {
    const report = await awaitReady(view(crashed), "r1", check, {}, never);
    expect(report).toEqual({ ok: false, faults: ["web.0 ended with exit code 9"], tail: ["its last words"] });
  });

  it("does not hold it against a warm instance that it ended some time before", async () => {
    expect(await awaitReady(view(crashed), "r1", check, { "web.0": 2 }, never)).toMatchObject({ ok: true });
    expect(await awaitReady(view(crashed), "r1", check, { "web.0": 1 }, never)).toMatchObject({ ok: false });
  });

  it("has nothing to be content with where nothing runs", async () => {
    const report = await awaitReady(view(), "r2", { ...check, timeoutMs: 50 }, {}, never);
    expect(report).toEqual({ ok: false, faults: ["no web instance runs"], tail: [] });
  });
});

describe("awaitSteady", () => {
  it("watches for an end", async () => {
    const select = { release: "r1" };
    expect(await awaitSteady(view(), select, 60, {}, never)).toMatchObject({ ok: true });
    expect(await awaitSteady(view(crashed), select, 60, {}, never)).toMatchObject({ ok: false });
    expect(await awaitSteady(view(crashed), select, 60, { "web.0": 2 }, never)).toMatchObject({ ok: true });
  });
});
