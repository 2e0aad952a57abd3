import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CozyError } from "../../errors/cozy-error.ts";
import { Secret } from "../../secrets/secret.ts";
import { processType, sampleProject, sampleRecord } from "../../release/testing.ts";
import { hostContract } from "../contract.ts";
import { fakeHost, type FakeHost } from "../fake-host.ts";
import type { Host } from "../host.ts";
import { portMethods } from "./agent-ports.ts";
import { served } from "./serve.ts";
import { agentInProcess, portsIn, sampleHello, type AgentInProcess } from "./testing/in-process.ts";

const processes = {
  web: processType(["node", "server.js"], 2),
  worker: processType(["node", "worker.js"], 1),
};
const never = new AbortController().signal;

let folder: string;
let fake: FakeHost;
let running: AgentInProcess;
let host: Host;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-agent-"));
  fake = fakeHost("web-1");
  running = agentInProcess(portsIn(folder, fake));
  host = running.host;
});
afterEach(async () => {
  running.session.close();
  await rm(folder, { recursive: true, force: true });
});

/** A call that lasts until it is told to end. */
function lasting(): { readonly began: Promise<void>; readonly given: Promise<AbortSignal> } {
  const began = Promise.withResolvers<void>();
  const given = Promise.withResolvers<AbortSignal>();
  fake.setCurrent = async (_release, signal) => {
    given.resolve(signal);
    began.resolve();
    await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  return { began: began.promise, given: given.promise };
}

describe("a call of a port", () => {
  it("brings what was thrown on the host", async () => {
    const state = "Nothing changed.";
    fake.failNext("setScale", new CozyError("lease-lost", { message: "gone", state, details: ["a"] }));
    await expect(host.setScale({ web: 2 }, never)).rejects.toMatchObject({
      name: "CozyError",
      code: "lease-lost",
      state,
      details: ["a"],
    });
  });

  it("brings secrets there, as secrets", async () => {
    const release = sampleRecord(sampleProject({ processes }), "r1", 1);
    await host.placeRelease({ release, variables: { KEY: new Secret("hush") }, persist: [] }, never);
    const arrived = fake.variables.get("r1")?.["KEY"];
    expect(arrived).toBeInstanceOf(Secret);
    expect((arrived as Secret).reveal()).toBe("hush");
  });

  it("passes lines on while it lasts, in their order and before its end", async () => {
    fake.runOnce = async ({ onOutput }) => {
      for (let line = 0; line < 100; line += 1) onOutput?.(line % 2 ? "stdout" : "stderr", `line ${line}`);
      return { exitCode: 0, signal: null, tail: [] };
    };
    const lines: string[] = [];
    const onOutput = (_stream: "stdout" | "stderr", line: string) => void lines.push(line);
    await host.runOnce({ release: "r1", command: ["x"], onOutput }, never);
    expect(lines).toEqual(Array.from({ length: 100 }, (_, line) => `line ${line}`));
  });

  it("is taken back by its signal, with the signal's own reason", async () => {
    const { began, given } = lasting();
    const mine = new AbortController();
    const call = host.setCurrent("r1", mine.signal);
    await began;
    mine.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
    expect((await given).aborted).toBe(true);
  });

  it("is answered for all that where the host has done it already", async () => {
    const given = new AbortController();
    const state = await fake.observe(never);
    fake.observe = async () => {
      given.abort(new Error("too late"));
      return { ...state, freeBytes: 7 };
    };
    expect((await host.observe(given.signal)).freeBytes).toBe(7);
  });

  it("ends at once where the connection is lost, and says what is not known", async () => {
    const { began, given } = lasting();
    const call = host.setCurrent("r1", never);
    await began;
    running.cut();
    await expect(call).rejects.toMatchObject({
      code: "host-connection-lost",
      message: "The connection to web-1 was lost while it was asked for host.setCurrent.",
      details: ["its last words"],
    });
    expect((await given).aborted).toBe(true);
    await expect(host.observe(never)).rejects.toMatchObject({ code: "host-connection-lost" });
  });

  it.each(["failNext", "name", "constructor", "__proto__"])(
    "does not reach %s, which is no method of the port",
    async (name) => {
      await expect(served<Host>(fake, portMethods.host).call(name, [])).rejects.toMatchObject({
        code: "agent-of-another-version",
      });
    },
  );
});

describe("the greeting", () => {
  it("is not waited for by what is asked behind it", async () => {
    expect((await host.observe(never)).host).toBe("web-1");
    expect(await running.session.greeted).toMatchObject({ format: 1, version: "1.0.0" });
  });

  it.each([
    [2, "9.0.0", "one is cozy 9.0.0, the other is the older cozy 1.0.0"],
    [0, "0.0.1", "one is cozy 1.0.0, the other is the older cozy 0.0.1"],
  ])("refuses format %i", async (format, version, text) => {
    const { host, session } = agentInProcess(portsIn(folder, fake), sampleHello({ format, version }));
    const refused = { code: "agent-of-another-version", message: expect.stringContaining(text) };
    await expect(host.observe(never)).rejects.toMatchObject(refused);
    await expect(session.greeted).rejects.toMatchObject(refused);
    session.close();
  });

  it("brings why the environment can't be opened there", async () => {
    const { host, session } = agentInProcess(async () => {
      throw new CozyError("platform-not-carried", { message: "no such system" });
    });
    await expect(host.observe(never)).rejects.toMatchObject({ code: "platform-not-carried" });
    session.close();
  });
});

let contractFolder: string;
const contractFake = fakeHost("web-1");
contractFake.exitCodes.set("false", 1);
hostContract("a fake behind an agent", async () => {
  contractFolder = await mkdtemp(join(tmpdir(), "cozy-agent-"));
  const { host, session } = agentInProcess(portsIn(contractFolder, contractFake));
  return {
    host,
    release: (id, createdAt) => sampleRecord(sampleProject({ processes }), id, createdAt),
    proxy: { address: "127.0.0.1", port: 1, staticUrl: undefined, mediaUrl: undefined },
    token: 1,
    async dispose() {
      session.close();
      await rm(contractFolder, { recursive: true, force: true });
    },
  };
});
