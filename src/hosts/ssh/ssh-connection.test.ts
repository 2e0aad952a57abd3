import { randomBytes, randomInt } from "node:crypto";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import type { Connection } from "./connection.ts";
import { sshConnection, type SshOptions } from "./ssh-connection.ts";
import type { SshPlace } from "./ssh-command.ts";
import { hasSshd, pinnedLine, startSshd, type Sshd } from "./testing/start-sshd.ts";

const never = new AbortController().signal;
const within = { timeoutMs: 30_000 };
/** On a machine that has much else to do. */
const soon = { timeout: 15_000 };

/** Of this run alone: what an earlier one left by being killed must not be counted. */
const nap = String(100_000 + randomInt(100_000));
afterAll(() => {
  spawnSync("pkill", ["-KILL", "-f", "-x", `sleep ${nap}`]);
});

// A machine without openssh-server has no host to reach; `make test` installs it where it may.
describe.skipIf(mayBeLeftOut(!hasSshd))("one host over the system's OpenSSH", { timeout: 60_000 }, () => {
  let sshd: Sshd;
  let host: Connection;
  beforeAll(async () => {
    sshd = await startSshd();
    host = await connectionTo(sshd);
  });
  afterAll(async () => {
    await host.end();
    await sshd.stop();
  });

  it("hands every word over as it is, and gives what was said with the exit code", async () => {
    const words = ["a b", "it's", "line\nline", "$HOME", "*", "", "\\", '"', "ä", "--", "-n", "`id`"];
    const { stdout } = await host.run(["printf", String.raw`%s\0`, ...words], within, never);
    expect(stdout.split("\0").slice(0, -1)).toEqual(words);
    const script = "echo out; echo err >&2; exit 3";
    expect(await host.run(["sh", "-c", script], within, never)).toEqual({
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  it.each([0, 1, 127, 255])("gives the exit code %i", async (exitCode) => {
    expect((await host.run(["sh", "-c", `exit ${exitCode}`], within, never)).exitCode).toBe(exitCode);
  });

  it("says 127 for a program that is not there", async () => {
    expect((await host.run(["no-such-program"], within, never)).exitCode).toBe(127);
  });

  it("sends any bytes as input, and its end", async () => {
    const input = randomBytes(3_000_000);
    const sum = await host.run(["sha256sum"], { ...within, input }, never);
    const own = spawnSync("sha256sum", { input, encoding: "utf8" }).stdout;
    expect(sum.stdout).toBe(own);
    expect((await host.run(["cat"], within, never)).stdout).toBe("");
  });

  it("does not wait for a command that leaves its input unread", async () => {
    const input = Buffer.alloc(5_000_000);
    expect((await host.run(["true"], { ...within, input }, never)).exitCode).toBe(0);
  });

  it("tells lines as they come", async () => {
    const lines: string[] = [];
    const onLine = (stream: string, line: string) => lines.push(`${stream}: ${line}`);
    await host.run(
      ["sh", "-c", "echo one; echo two >&2; sleep 0.1; printf three"],
      { ...within, onLine },
      never,
    );
    expect(lines.toSorted()).toEqual(["stderr: two", "stdout: one", "stdout: three"]);
  });

  it("runs many commands at once over the one connection", async () => {
    const before = logins(sshd);
    const runs = Array.from({ length: 25 }, (_, n) =>
      host.run(["sh", "-c", `sleep 0.05; echo ${n}`], within, never),
    );
    const said = await Promise.all(runs);
    expect(said.map(({ stdout }) => stdout.trim())).toEqual(said.map((_, n) => String(n)));
    expect(logins(sshd)).toBe(before);
  });

  it("another connection to the same host finds it warm", async () => {
    const before = logins(sshd);
    const second = await connectionTo(sshd);
    expect((await second.run(["true"], within, never)).exitCode).toBe(0);
    await second.close();
    expect((await host.run(["true"], within, never)).exitCode).toBe(0);
    expect(logins(sshd)).toBe(before);
  });

  it.each([
    ["one that heeds SIGTERM", `sleep ${nap}`],
    ["one that starts others", `sleep ${nap} & sleep ${nap}`],
    ["one that reads its input", `cat; sleep ${nap}`],
  ])("an abort ends the command there: %s", async (_, script) => {
    const stop = new AbortController();
    const running = host.run(["sh", "-c", script], within, stop.signal);
    await expect.poll(() => countOf(`sleep ${nap}`), soon).toBeGreaterThan(0);
    stop.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    await expect.poll(() => countOf(`sleep ${nap}`), soon).toBe(0);
  });

  it("kills what does not heed SIGTERM, and leaves alone what a command left behind on purpose", async () => {
    await host.run(["sh", "-c", `sleep ${nap} >/dev/null 2>&1 &`], within, never);
    await setTimeout(300);
    await expect.poll(() => countOf(`sleep ${nap}`), soon).toBe(1);
    spawnSync("pkill", ["-f", "-x", `sleep ${nap}`]);

    const script = `trap '' TERM; sleep ${nap}; sleep ${nap}`;
    const running = host.run(["sh", "-c", script], { timeoutMs: 500 }, never);
    await expect(running).rejects.toMatchObject({ code: "deadline-passed" });
    await expect.poll(() => countOf(`sleep ${nap}`), soon).toBe(0);
  });

  it("connects anew for what comes next, while what runs goes on", async () => {
    const other = await connectionTo(sshd);
    const whose = ["sh", "-c", 'echo "$SSH_CONNECTION"; sleep "$1"; true', "sh"];
    const before = (await other.run([...whose, "0"], within, never)).stdout;
    const running = other.run([...whose, nap], within, never);
    await expect.poll(() => countOf(`sleep ${nap}`), soon).toBe(1);
    await host.end();
    // By a connection of another cozy's, too.
    const after = (await other.run([...whose, "0"], within, never)).stdout;
    expect(after).not.toBe(before);
    spawnSync("pkill", ["-f", "-x", `sleep ${nap}`]);
    expect(await running).toMatchObject({ exitCode: 0, stdout: before });
    expect((await host.run([...whose, "0"], within, never)).stdout).toBe(after);
  });

  it("leaves none behind that comes to an end", async () => {
    await host.end();
    const short = await connectionTo(sshd, { options: { keepSeconds: 61 } });
    const masters = () =>
      spawnSync("pgrep", ["-f", `^ssh -M .*ControlPersist=61 .* -p ${sshd.port} `]).status;
    await short.run(["true"], within, never);
    expect(masters()).toBe(0);
    await short.end();
    await expect.poll(masters, soon).toBe(1);
  });

  it("opens a command whose input and output are a stream", async () => {
    const { stream, ended } = await host.open(["sh", "-c", "cat; echo bye; echo warn >&2; exit 5"], never);
    const bytes = randomBytes(200_000);
    stream.end(bytes);
    const read = await stream.toArray();
    expect(Buffer.concat(read).equals(Buffer.concat([bytes, Buffer.from("bye\n")]))).toBe(true);
    expect(await ended).toEqual({ exitCode: 5, stderr: "warn\n" });
  });

  it("sends a folder, only what changed, with links to what was sent before", async () => {
    const [from, to] = [join(sshd.folder, "it's from"), join(sshd.folder, "to here")];
    await mkdir(join(from, "sub"), { recursive: true });
    await mkdir(to);
    await writeFile(join(from, "large"), randomBytes(400_000));
    await writeFile(join(from, "sub", "run"), "#!/bin/sh\n", { mode: 0o750 });
    const first = await host.send({ from: `${from}/`, to: join(to, "1"), ...within }, never);
    expect(first.files).toBe(2);
    expect(first.sentBytes).toBeGreaterThan(400_000);
    await writeFile(join(from, "sub", "run"), "#!/bin/sh\n# other\n");
    const linkTo = [join(to, "1")];
    const second = await host.send({ from: `${from}/`, to: join(to, "2"), linkTo, ...within }, never);
    expect(second.files).toBe(1);
    expect(second.sentBytes).toBeLessThan(200);
    const [one, two] = await Promise.all(["1", "2"].map((n) => stat(join(to, n, "large"))));
    expect(one?.ino).toBe(two?.ino);
    expect((await stat(join(to, "2", "sub", "run"))).mode & 0o777).toBe(0o750);
    const only = await host.send({ from, to: join(to, "3"), only: ["sub/run"], ...within }, never);
    expect(only.files).toBe(1);
    expect(await readFile(join(to, "3", "sub", "run"), "utf8")).toContain("other");
  });

  it("says what rsync could not do", async () => {
    const sending = host.send(
      { from: join(sshd.folder, "nothing"), to: "/nowhere/at/all", ...within },
      never,
    );
    await expect(sending).rejects.toMatchObject({ code: "transfer-failed" });
  });

  it("gives the words of a person's terminal", async () => {
    const [program = "", ...args] = host.terminalCommand(["printf", "%s", "it's me"]);
    // Without a terminal here, `ssh -t` goes on without one.
    expect(spawnSync(program, args, { encoding: "utf8" }).stdout).toBe("it's me");
  });
});

describe.skipIf(mayBeLeftOut(!hasSshd))("a host that can't be used", { timeout: 60_000 }, () => {
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((end) => end()));
  });
  const sshdWith = async (settings?: Readonly<Record<string, string>>) => {
    const sshd = await startSshd(settings);
    open.push(() => sshd.stop());
    return sshd;
  };

  it("has a key that nobody trusts yet", async () => {
    const sshd = await sshdWith();
    const host = await connectionTo(sshd, { pinned: "# nothing\n" });
    const running = host.run(["true"], within, never);
    await expect(running).rejects.toMatchObject({ code: "host-key-unknown", next: "cozy trust web-1" });
    expect(logins(sshd)).toBe(0);
  });

  it("has another key than the one that is trusted", async () => {
    const [sshd, other] = [await sshdWith(), await sshdWith()];
    const host = await connectionTo(sshd, { pinned: pinnedLine(sshd, other.hostKey) });
    await expect(host.run(["true"], within, never)).rejects.toMatchObject({ code: "host-key-changed" });
    expect(logins(sshd)).toBe(0);
  });

  it("stops at once where a warm connection was made by a key that is not trusted any more", async () => {
    const [sshd, other] = [await sshdWith(), await sshdWith()];
    const host = await connectionTo(sshd);
    await host.run(["true"], within, never);
    const changed = await connectionTo(sshd, { pinned: pinnedLine(sshd, other.hostKey) });
    await expect(changed.run(["true"], within, never)).rejects.toMatchObject({ code: "host-key-changed" });
    await host.end();
  });

  it("lets nobody in", async () => {
    const [sshd, other] = [await sshdWith(), await sshdWith()];
    const host = await connectionTo(sshd, { place: { identity: other.identity } });
    await expect(host.run(["true"], within, never)).rejects.toMatchObject({
      code: "login-refused",
      next: expect.stringMatching(/^ssh -p /),
    });
    const bare = await connectionTo(sshd, { place: { identity: other.identity, madeBySetup: true } });
    await expect(bare.run(["true"], within, never)).rejects.toMatchObject({
      code: "login-refused",
      next: expect.stringMatching(/^cozy setup <environment>, which makes /),
    });
  });

  it("does not listen, which is told without further tries", async () => {
    const sshd = await sshdWith();
    const host = await connectionTo(sshd);
    await sshd.stop();
    const since = performance.now();
    await expect(host.run(["true"], within, never)).rejects.toMatchObject({ code: "host-unreachable" });
    // Tries would go on for nearly all of the deadline.
    expect(performance.now() - since).toBeLessThan(15_000);
  });

  it("is lost in the middle of a command; the next one connects anew", async () => {
    const sshd = await sshdWith();
    const host = await connectionTo(sshd);
    const { stream, ended } = await host.open(["sleep", nap], never);
    stream.resume();
    const running = host.run(["sleep", nap], within, never);
    const outcome = running.catch((error: unknown) => error);
    await expect.poll(() => countOf(`sleep ${nap}`), soon).toBe(2);
    sshd.dropConnections();
    expect(await outcome).toMatchObject({ code: "connection-lost" });
    expect((await ended).exitCode).toBeNull();
    expect((await host.run(["true"], within, never)).exitCode).toBe(0);
    await host.end();
  });

  it("falls silent, which is noticed", async () => {
    const sshd = await sshdWith();
    const wire = await startWire(sshd.port);
    open.push(() => wire.stop());
    const host = await connectionTo(sshd, {
      options: { aliveSeconds: 1 },
      place: { port: wire.port },
      pinned: pinnedLine({ ...sshd, port: wire.port }),
    });
    await host.run(["true"], within, never);
    wire.cut();
    const since = performance.now();
    const running = host.run(["true"], { timeoutMs: 50_000 }, never);
    await expect(running).rejects.toMatchObject({ code: "connection-lost" });
    expect(performance.now() - since).toBeLessThan(30_000);
  });

  it("turns connections away while too many log in, which is tried again", async () => {
    const sshd = await sshdWith({ MaxStartups: "1:100:1" });
    const idle = await occupy(sshd.port);
    const host = await connectionTo(sshd);
    const running = host.run(["echo", "here"], within, never);
    const early = await Promise.race([running.then(() => "ran"), setTimeout(1_000, "waits")]);
    expect(early).toBe("waits");
    idle.destroy();
    expect((await running).stdout).toBe("here\n");
    await host.end();
  });

  it("is given up within the deadline where it turns everybody away", async () => {
    const sshd = await sshdWith({ MaxStartups: "1:100:1" });
    const idle = await occupy(sshd.port);
    onTestFinished(() => void idle.destroy());
    const host = await connectionTo(sshd, { options: { connectWithinMs: 3_000 } });
    await expect(host.run(["true"], within, never)).rejects.toMatchObject({ code: "host-unreachable" });
  });
});

interface Given {
  readonly place?: Partial<SshPlace>;
  readonly pinned?: string;
  readonly options?: Partial<SshOptions>;
}

async function connectionTo(
  sshd: Sshd,
  { place, pinned = pinnedLine(sshd), options }: Given = {},
): Promise<Connection> {
  const knownHosts = join(sshd.folder, `known_hosts.${randomBytes(4).toString("hex")}`);
  await writeFile(knownHosts, pinned);
  const { port, user, identity } = sshd;
  return sshConnection(
    { host: "web-1", address: "127.0.0.1", port, user, identity, ...place },
    // The settings of whoever runs the tests are none of theirs; an agent would let in who should not be.
    {
      knownHosts,
      env: { PATH: process.env["PATH"], HOME: sshd.folder },
      uid: process.getuid?.() ?? 0,
      now: Date.now,
      random: Math.random,
      keepSeconds: 20,
      ...options,
    },
  );
}

/** The one connection that may be logging in; whoever comes while it is taken is greeted by a refusal. */
async function occupy(port: number): Promise<Socket> {
  for (;;) {
    const socket = connect(port, "127.0.0.1").on("error", () => undefined);
    const greeting = await new Promise<string>((resolve) => {
      socket.once("data", (bytes) => resolve(String(bytes)));
      socket.once("close", () => resolve(""));
    });
    if (greeting.startsWith("SSH-")) return socket;
    await setTimeout(50);
  }
}

function logins(sshd: Sshd): number {
  return readFileSync(join(sshd.folder, "log"), "utf8").split("Accepted publickey").length - 1;
}

/** Processes with exactly this command line. */
function countOf(commandLine: string): number {
  const table = execFileSync("ps", ["-e", "-o", "args="], { encoding: "utf8" });
  return table.split("\n").filter((line) => line.trim() === commandLine).length;
}

/** A link that can be cut without either end being told. */
async function startWire(to: number): Promise<{ readonly port: number; cut(): void; stop(): Promise<void> }> {
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connect(to, "127.0.0.1");
    sockets.push(client, upstream);
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The wire does not listen.");
  return {
    port: address.port,
    cut: () => {
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
