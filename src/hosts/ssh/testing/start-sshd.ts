import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { systemCode } from "../../../shared/thrown.ts";
import { parseKnownHosts, type HostKey } from "../known-hosts.ts";

const program = "/usr/sbin/sshd";

/** Debian's `openssh-server`; without it there is nothing to test against. */
export const hasSshd = existsSync(program);

export interface Sshd {
  readonly folder: string;
  readonly port: number;
  readonly user: string;
  readonly identity: string;
  readonly hostKey: HostKey;
  /** Ends the processes that serve connections, as a host that loses its power would; the server itself stays. */
  dropConnections(): void;
  stop(): Promise<void>;
}

/** A real sshd on a port of the loopback interface, for the user who runs this. */
export async function startSshd(settings: Readonly<Record<string, string>> = {}): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), "cozy-sshd-"));
  const [hostKeyFile, identity] = [join(folder, "host-key"), join(folder, "identity")];
  for (const file of [hostKeyFile, identity]) {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  }
  const port = await freePort();
  const all = {
    Port: String(port),
    ListenAddress: "127.0.0.1",
    HostKey: hostKeyFile,
    AuthorizedKeysFile: `${identity}.pub`,
    PidFile: "none",
    StrictModes: "no",
    UsePAM: "no",
    PermitRootLogin: "prohibit-password",
    PasswordAuthentication: "no",
    ...settings,
  };
  const config = join(folder, "sshd_config");
  await writeFile(
    config,
    Object.entries(all)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(""),
  );
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true });
  const child = spawn(program, ["-D", "-f", config, "-E", join(folder, "log")], { stdio: "ignore" });
  await untilListening(port);
  const [type = "", key = ""] = (await readFile(`${hostKeyFile}.pub`, "utf8")).split(" ");
  return {
    folder,
    port,
    user: userInfo().username,
    identity,
    hostKey: { type, key: key.trim() },
    dropConnections: () => {
      killAll(descendants(child.pid));
    },
    stop: async () => {
      const pids = descendants(child.pid);
      child.kill("SIGKILL");
      killAll(pids);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What a project would have pinned for it. */
export function pinnedLine({ port, hostKey }: Sshd, key: HostKey = hostKey): string {
  const line = `[127.0.0.1]:${port} ${key.type} ${key.key}\n`;
  if (parseKnownHosts(line).damaged.length > 0)
    throw new Error("The key of the test's own sshd can't be read.");
  return line;
}

/** Most end by themselves as soon as the first of them does. */
function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if (systemCode(error) !== "ESRCH") throw error;
    }
  }
}

/** Processes below a process, the highest first: what serves a connection must not live to tell how its command ended. */
function descendants(pid: number | undefined): number[] {
  if (pid === undefined) return [];
  const table = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    pairs.flatMap(([child = 0, of]) => (of === parent ? [child, ...below(child)] : []));
  return below(pid);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const listens = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (listens) return;
    await setTimeout(20);
  }
  throw new Error("sshd does not listen.");
}
