import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import type { Connection } from "../ssh/connection.ts";
import type { AgentSource } from "./install-agent.ts";
import { openAgent, type RemoteAgent } from "./open-agent.ts";
import { sampleHello } from "./testing/in-process.ts";
import { localConnection, type LocalConnection } from "./testing/local-connection.ts";

const canMount = process.platform === "linux" && process.getuid?.() === 0;
const within = () => AbortSignal.timeout(50_000);
const served = join(import.meta.dirname, "testing", "served-fake.ts");

let folder: string;
let there: string;
let connection: LocalConnection;
const opened: RemoteAgent[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-agent-"));
  there = join(folder, "there", "agents");
  connection = localConnection();
  // Once: a deployer that sends it must not find it half written by the next one.
  await writeFile(nodeFile(), `#!/bin/sh\nexec ${process.execPath} --no-warnings "$@"\n`, { mode: 0o755 });
});
afterEach(async () => {
  for (const agent of opened.splice(0)) agent.close();
  connection.cut();
  await rm(folder, { recursive: true, force: true });
});

/** Code that starts the real agent from the sources, or whatever else is to stand there. */
const realCode = `import { serveFake } from ${JSON.stringify(served)};\nserveFake(process.argv.slice(2));\n`;

const nodeFile = () => join(folder, "node-24-x");

async function source(code: string, hash = "aaaa"): Promise<AgentSource> {
  const files = { "host.mjs": Buffer.from(code), "relay.mjs": Buffer.from("// relay\n") };
  return {
    bundle: { hash, files },
    node: { id: "node-24-x", file: nodeFile() },
    agents: join(folder, "here"),
  };
}

function open(code = realCode, over: Connection = connection, hash?: string): RemoteAgent {
  const { environment } = sampleHello();
  const agent = openAgent({
    connection: over,
    project: "tiny",
    environment: { ...environment, name: folder },
    version: "1.0.0",
    folder: there,
    source: () => source(code, hash),
  });
  opened.push(agent);
  return agent;
}

const sends = () => connection.asked.filter((one) => one.startsWith("send"));

describe("the agent of a host", () => {
  it("is sent with its Node where it is missing, and is there for the next command with one start", async () => {
    expect((await open().ports.host.observe(within())).host).toBe("web-1");
    expect(await readdir(there)).toEqual(["aaaa", "node-24-x"]);
    expect((await readdir(join(there, "aaaa"))).filter((name) => name !== "compiled")).toEqual([
      "host.mjs",
      "relay.mjs",
    ]);
    connection.asked.length = 0;
    await open().ports.host.observe(within());
    expect(connection.asked).toEqual(["open"]);
  });

  it("is sent once, however many calls find out that it is missing", async () => {
    const { host } = open().ports;
    const states = await Promise.all([
      host.observe(within()),
      host.observe(within()),
      host.observe(within()),
    ]);
    expect(states.map(({ host }) => host)).toEqual(["web-1", "web-1", "web-1"]);
    expect(sends()).toHaveLength(2);
  });

  it("is sent by several deployers at once without harm", async () => {
    const others = [localConnection(), localConnection()];
    const agents = [open(), ...others.map((one) => open(realCode, one))];
    const states = await Promise.all(agents.map(({ ports }) => ports.host.observe(within())));
    expect(states).toHaveLength(3);
    expect(await readdir(there)).toEqual(["aaaa", "node-24-x"]);
    for (const other of others) other.cut();
  });

  it("is sent without its Node where only its code is another", async () => {
    await open().ports.host.observe(within());
    connection.asked.length = 0;
    await open(`${realCode}// newer\n`, connection, "bbbb").ports.host.observe(within());
    expect(sends()).toEqual([`send ${join(folder, "here", "bbbb")}/`]);
    expect(await readdir(there)).toEqual(["aaaa", "bbbb", "node-24-x"]);
  });

  it("is not taken in when it did not arrive as it was sent", async () => {
    const send: Connection["send"] = async (transfer, signal) => {
      const report = await connection.send(transfer, signal);
      if (transfer.to.endsWith("/code/")) await writeFile(join(transfer.to, "host.mjs"), "// another\n");
      return report;
    };
    await expect(open(realCode, { ...connection, send }).ports.host.observe(within())).rejects.toMatchObject({
      code: "upload-damaged",
    });
    expect(await readdir(there)).toEqual([]);
  });

  it.skipIf(mayBeLeftOut(!canMount))(
    "leaves nothing on a disk that it finds no room on (a small tmpfs; needs root on Linux), and says so",
    async () => {
      await mkdir(there, { recursive: true });
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=100k", "tmpfs", there]);
      try {
        const code = `${realCode}// ${"x".repeat(200_000)}\n`;
        await expect(open(code).ports.host.observe(within())).rejects.toMatchObject({
          code: "disk-full",
          message: `web-1: There is no space left on the disk of ${there}.`,
          next: "Make room on that disk, or enlarge it, then run the command again.",
        });
        expect(await readdir(there)).toEqual([]);
      } finally {
        execFileSync("umount", [there]);
      }
    },
  );

  it("that ends at once says why", async () => {
    const call = open('process.stderr.write("no such option\\n"); process.exit(3);\n').ports.host.observe(
      within(),
    );
    await expect(call).rejects.toMatchObject({
      code: "agent-not-started",
      message: "cozy's agent on web-1 ended with exit code 3 as soon as it was started.",
      details: ["no such option"],
    });
  });

  it("is started again by the first call after its connection was lost", async () => {
    const { host, journals } = open().ports;
    await journals.create("a.jsonl", '{"format":1}');
    connection.cut();
    await expect(host.observe(within())).rejects.toMatchObject({ code: "host-connection-lost" });
    expect((await host.observe(within())).host).toBe("web-1");
    await journals.append("a.jsonl", "on");
    expect(await journals.read("a.jsonl")).toBe('{"format":1}\non\n');
  });
});
