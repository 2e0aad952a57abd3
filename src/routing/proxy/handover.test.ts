import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { handover, proxyState, stopProxy } from "../proxy-control.ts";
import { proxySettings, writeProxySettings } from "../proxy-settings.ts";
import { ask, dial, freePort, occupyPort } from "../testing/ask.ts";
import { startLoad } from "../testing/load.ts";
import { Stage, until } from "../testing/stage.ts";

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
  await stage.instance("one");
  await stage.routeTo("one");
});
afterEach(async () => stage.dispose());

const soon = () => AbortSignal.timeout(15_000);

/** How long a proxy that leaves waits for what is in flight; what a test does not name waits longer than any machine is slow. */
function drains(drain: Partial<Stage["settings"]["drain"]>): void {
  stage.settings = { ...stage.settings, drain: { ...stage.settings.drain, ...drain } };
}
const replace = (command: readonly string[] = stage.command) =>
  handover(stage.settings.controlSocket, command, soon());

describe("a newer proxy", () => {
  it("replaces the running one 5 times without losing a request of 32 keep-alive connections", async () => {
    await stage.proxy();
    const load = startLoad({ url: stage.url, connections: 32, pauseMs: 15 });
    const pids = [(await stage.state()).pid];
    for (let nth = 0; nth < 5; nth++) {
      const { pid } = await replace();
      expect((await stage.state()).pid).toBe(pid);
      pids.push(pid);
      await setTimeout(50);
    }
    await until(() => load.result().sent > 1_000);
    const { failed, errors } = await load.stop();
    expect(errors).toEqual([]);
    expect(failed).toBe(0);
    expect(new Set(pids).size).toBe(6);
    await until(() => pids.slice(0, 5).every((pid) => !isAlive(pid)));
    expect(await readdir(dirname(stage.settings.controlSocket))).toEqual([
      `control.${pids[5]}.sock`,
      "control.sock",
    ]);
  });

  it("leaves the old one its download and its WebSocket, both still counted", async () => {
    const old = await stage.proxy();
    const slow = ask(`${stage.url}/slow?80`);
    const socket = new WebSocket(stage.url.replace("http", "ws"));
    await once(socket, "message");
    await replace();
    expect(await stage.inFlight("one")).toEqual({ requests: 1, streams: 1 });
    expect((await ask(stage.url)).text).toBe("one/0");
    expect((await slow).text).toBe("x".repeat(80));
    socket.send("old proxy?");
    expect(String((await once(socket, "message"))[0])).toBe("one/0 heard old proxy?");
    expect(old.exitCode).toBeNull();
    const ended = once(old, "exit");
    socket.close();
    await ended;
    expect(old.exitCode).toBe(0);
  });

  it("may listen elsewhere", async () => {
    const old = await stage.proxy();
    const { port } = await freePort();
    await writeProxySettings(stage.settingsFile, { ...stage.settings, port });
    const ended = once(old, "exit");
    await replace();
    expect((await ask(`http://127.0.0.1:${port}`)).text).toBe("one/0");
    await ended;
    await expect(ask(stage.url)).rejects.toThrow("ECONNREFUSED");
  });

  it.each<[string, () => Promise<string[]>]>([
    ["does not start", async () => [process.execPath, "-e", "process.exit(7)"]],
    ["does not exist", async () => ["/nowhere/node", "proxy.js"]],
    [
      "can't read its settings",
      async () => {
        await writeFile(stage.settingsFile, "{");
        return stage.command;
      },
    ],
    [
      "can't have its port",
      async () => {
        const { port } = await occupyPort();
        await writeProxySettings(stage.settingsFile, { ...stage.settings, port });
        return stage.command;
      },
    ],
  ])("that %s changes nothing", async (_, command) => {
    await stage.proxy();
    const { pid } = await stage.state();
    await expect(replace(await command())).rejects.toMatchObject({ code: "proxy-refused" });
    expect(await stage.state()).toMatchObject({ pid, draining: false });
    expect((await ask(stage.url)).text).toBe("one/0");
  });
});

describe("a proxy that is told to stop", () => {
  it("finishes what is in flight, closes idle connections and ends with 0", async () => {
    drains({ idleMs: 500 });
    const proxy = await stage.proxy();
    const idle = await dial(stage.port);
    idle.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(idle, "data");
    const slow = ask(`${stage.url}/slow?40`);
    await until(async () => (await stage.allInFlight()).requests === 1);
    const ended = once(proxy, "exit");
    await stopProxy(stage.settings.controlSocket, soon());
    await until(async () => (await stage.state()).draining);
    await expect(ask(stage.url)).rejects.toThrow("ECONNREFUSED");
    await once(idle, "close");
    expect((await slow).text).toBe("x".repeat(40));
    expect(await ended).toEqual([0, null]);
    expect(await readdir(dirname(stage.settings.controlSocket))).toEqual([]);
    const lines = await stage.log((all) => all.length >= 2);
    expect(lines.map(({ path }) => path)).toEqual(["/", "/slow"]);
  });

  it("says so on a connection that is used again meanwhile", async () => {
    drains({ idleMs: 20_000 });
    const proxy = await stage.proxy();
    const busy = await dial(stage.port);
    busy.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await once(busy, "data");
    proxy.kill("SIGTERM");
    await until(async () => (await stage.state()).draining);
    busy.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(String((await once(busy, "data"))[0])).toMatch(
      /^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*Connection: close\r\n/,
    );
  });

  it("does not wait for ever", async () => {
    drains({ requestsMs: 1_800 });
    const proxy = await stage.proxy();
    const never = ask(`${stage.url}/wait`).catch((error: unknown) => error);
    await until(async () => (await stage.allInFlight()).requests === 1);
    const startedAt = performance.now();
    proxy.kill("SIGTERM");
    await once(proxy, "exit");
    expect(performance.now() - startedAt).toBeGreaterThan(1_500);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(await never).toBeInstanceOf(Error);
  });
});

describe("the control socket", () => {
  it("is the user's alone, and says what runs", async () => {
    await stage.proxy();
    const { controlSocket } = stage.settings;
    expect((await stat(controlSocket)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(controlSocket))).mode & 0o777).toBe(0o700);
    expect(await stage.state()).toMatchObject({ format: 1, table: 1, draining: false, address: "127.0.0.1" });
  });

  it("is replaced when a killed proxy left it behind", async () => {
    const killed = await stage.proxy();
    killed.kill("SIGKILL");
    await once(killed, "exit");
    await expect(proxyState(stage.settings.controlSocket, soon())).rejects.toMatchObject({
      code: "proxy-not-running",
    });
    expect(await stage.inFlight("one")).toEqual({ requests: 0, streams: 0 });
    const next = await stage.proxy();
    expect((await stage.state()).pid).toBe(next.pid);
    expect((await readdir(dirname(stage.settings.controlSocket))).sort()).toEqual([
      `control.${next.pid}.sock`,
      "control.sock",
    ]);
  });

  it("refuses what it does not understand", async () => {
    await stage.proxy();
    await expect(handover(stage.settings.controlSocket, [], soon())).rejects.toMatchObject({
      code: "proxy-refused",
      message: expect.stringContaining("command line"),
    });
  });
});

describe("a proxy that can't start", () => {
  it("says who is in the way of its port, and leaves the control socket alone", async () => {
    await stage.proxy();
    const { pid } = await stage.state();
    const file = `${stage.settingsFile}.second`;
    await writeProxySettings(file, proxySettings({ ...stage.settings, port: stage.port }));
    const second = spawn(process.execPath, [...stage.command.slice(1, -1), file], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    second.stderr.on("data", (text: Buffer) => (said += String(text)));
    expect(await once(second, "close")).toEqual([2, null]);
    expect(said).toContain(`can't listen on 127.0.0.1:${stage.port}`);
    expect((await stage.state()).pid).toBe(pid);
  });

  it.each([
    ["damaged", "{", "can't be read"],
    ["of a newer format", '{"format":2}', "format 2"],
    [
      "without a port",
      '{"format":1,"address":"a","runFolder":"a","realRunFolder":"a","controlSocket":"a","proofTokenFile":"a"}',
      "port is missing",
    ],
  ])("says that its settings are %s", async (_, content, why) => {
    await writeFile(stage.settingsFile, content);
    const child = spawn(process.execPath, stage.command.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said += String(text)));
    expect(await once(child, "close")).toEqual([3, null]);
    expect(said).toContain(why);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
