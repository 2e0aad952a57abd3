import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { ensureSupervisor } from "../ensure-supervisor.ts";
import { jsonRequest } from "../json-request.ts";
import type { ProxySpec } from "../protocol.ts";
import { ensureProxy, shutdown, supervisorState } from "../supervisor-client.ts";
import {
  ask,
  eventually,
  killSupervisor,
  lives,
  openLab,
  removeAgent,
  signal,
  type Lab,
} from "../testing/lab.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await openLab({ timing: { lookMs: 100, adoptedLookMs: 50, handoverMs: 3000 } });
  writeFileSync(join(lab.root, "proxy.mjs"), fakeProxy);
  await ensureSupervisor(lab.place, signal());
});
afterEach(() => lab.close());
afterAll(removeAgent);

/** A proxy as the supervisor knows it: it answers its pid, starts its successor when asked to, and drains for a moment. */
const fakeProxy = `
import { spawn } from "node:child_process";
import { readFileSync, rmSync, renameSync } from "node:fs";
import { createServer } from "node:http";
const { control, drainMs, refuses } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const own = control + "." + process.pid;
const server = createServer(async (incoming, answer) => {
  if (incoming.url === "/state") return answer.end(JSON.stringify({ format: 1, pid: process.pid }));
  if (incoming.url !== "/handover") return answer.end(String(process.pid));
  if (refuses) return answer.writeHead(500).end(JSON.stringify({ format: 1, error: "no port" }));
  let text = "";
  for await (const part of incoming) text += part;
  const { command } = JSON.parse(text);
  const next = spawn(command[0], command.slice(1), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  await new Promise((resolve) => next.once("message", resolve));
  next.disconnect();
  answer.end(JSON.stringify({ format: 1, pid: next.pid }));
  setTimeout(() => process.exit(0), drainMs);
});
server.listen(own, () => {
  renameSync(own, control);
  console.log("listening", process.pid);
  process.send?.("listening");
});
process.on("SIGTERM", () => process.exit(0));
`;

function proxySpec(hash: string, settings: object = {}): ProxySpec {
  const controlSocket = join(lab.root, "run", "proxy.sock");
  const settingsFile = join(lab.root, `proxy-${hash}.json`);
  writeFileSync(settingsFile, JSON.stringify({ control: controlSocket, drainMs: 300, ...settings }));
  return {
    command: [process.execPath, join(lab.root, "proxy.mjs"), settingsFile],
    controlSocket,
    settingsFile,
    hash,
    logFile: join(lab.root, "logs", "proxy.log"),
  };
}

async function startProxy(spec: ProxySpec): Promise<number> {
  const { proxy } = await ensureProxy(lab.place, spec, signal());
  await eventually(
    () => ask(spec.controlSocket),
    (answer) => answer === String(proxy.pid),
  );
  return proxy.pid ?? Number.NaN;
}

async function proxyState() {
  return (await supervisorState(lab.place, signal()))?.proxy;
}

describe("the proxy", () => {
  it("is started once, and left alone while its hash is the same", async () => {
    const spec = proxySpec("a");
    const first = await ensureProxy(lab.place, spec, signal());
    const again = await ensureProxy(lab.place, spec, signal());
    expect(first).toMatchObject({
      outcome: "started",
      proxy: { state: "running", hash: "a", restarts: 0, draining: [] },
    });
    expect(again).toMatchObject({ outcome: "was running", proxy: { pid: first.proxy.pid } });
  });

  it("is started again when it dies, and outlives the supervisor", async () => {
    const spec = proxySpec("a");
    const pid = await startProxy(spec);
    await killSupervisor(lab);
    expect(await proxyState()).toMatchObject({ state: "running", pid, restarts: 0 });
    process.kill(pid, "SIGKILL");
    const after = await eventually(proxyState, (state) => state?.restarts === 1 && state.state === "running");
    await eventually(
      () => ask(spec.controlSocket),
      (answer) => answer === String(after?.pid),
    );
  });

  it("hands over to one of another hash, and is waited for while it drains", async () => {
    const old = await startProxy(proxySpec("a", { drainMs: 2_000 }));
    const { outcome, proxy } = await ensureProxy(lab.place, proxySpec("b"), signal());
    expect(outcome).toBe("replaced");
    expect(proxy).toMatchObject({ state: "running", hash: "b", draining: [old], restarts: 0 });
    expect([old, proxy.pid].map(lives)).toEqual([true, true]);
    await eventually(
      () => lives(old),
      (alive) => !alive,
    );
    // The end of the old one is no reason to start anything.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await proxyState()).toMatchObject({ pid: proxy.pid, hash: "b", restarts: 0, draining: [] });
    process.kill(proxy.pid ?? 0, "SIGKILL");
    const after = await eventually(proxyState, (state) => state?.restarts === 1 && state.state === "running");
    expect(lives(after?.pid)).toBe(true);
  });

  it("stays as it is when the handover fails, and the caller is told why", async () => {
    const spec = proxySpec("a", { refuses: true });
    const pid = await startProxy(spec);
    const refused = ensureProxy(lab.place, proxySpec("b"), signal());
    await expect(refused).rejects.toMatchObject({
      code: "proxy-not-replaced",
      message: expect.stringContaining("no port"),
    });
    expect(await proxyState()).toMatchObject({ state: "running", pid, hash: "a" });
    expect(await ask(spec.controlSocket)).toBe(String(pid));
  });

  it("that took over while the supervisor was killed in the middle is found by its control socket", async () => {
    const old = await startProxy(proxySpec("a", { drainMs: 100 }));
    const next = proxySpec("b");
    await eventually(
      () => lab.events(),
      (events) => events.some(({ name }) => name === "proxy"),
    );
    process.kill((await supervisorState(lab.place, signal()))?.pid ?? 0, "SIGSTOP");
    // The old proxy carries out what the stopped supervisor has asked for, and ends.
    const answer = await post(next.controlSocket, next);
    await eventually(
      () => lives(old),
      (alive) => !alive,
    );
    const supervisor = lab.events().findLast(({ event }) => event === "supervisor-started")?.["pid"];
    process.kill(Number(supervisor), "SIGKILL");
    const state = await eventually(proxyState, (now) => now?.state === "running");
    expect(state?.pid).toBe(answer);
  });

  it("ends with everything else at a shutdown, those that drain included", async () => {
    const old = await startProxy(proxySpec("a", { drainMs: 60_000 }));
    const { proxy } = await ensureProxy(lab.place, proxySpec("b"), signal());
    expect(lives(old)).toBe(true);
    await shutdown(lab.place, signal());
    expect([old, proxy.pid].map(lives)).toEqual([false, false]);
    await eventually(lab.processes, (pids) => pids.length === 0);
  });
});

async function post(socket: string, { command, settingsFile }: ProxySpec): Promise<number> {
  const order = { format: 1, command, settingsFile };
  const { body } = await jsonRequest(socket, "POST", "/handover", order, signal());
  return typeof body === "object" && body !== null && "pid" in body ? Number(body.pid) : Number.NaN;
}
