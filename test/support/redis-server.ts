import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, until } from "./sandbox.ts";

/** A Redis of a test's own, which never evicts and keeps what it has through a stop, as a queue's should. */
export interface RedisServer {
  readonly port: number;
  address(database: number): string;
  /** Gone, as after a crash or a cut cable; what was written stays. */
  stop(): Promise<void>;
  start(): Promise<void>;
  dispose(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "cozy-redis-"));
  const port = await freePort();
  const options = {
    bind: "127.0.0.1",
    port: String(port),
    dir: folder,
    save: "",
    appendonly: "yes",
    appendfsync: "always",
    "maxmemory-policy": "noeviction",
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  let end: () => Promise<void> = async () => {};
  const start = async (): Promise<void> => {
    const child = spawn("redis-server", args, { stdio: "ignore" });
    const ended = new Promise<void>((resolve, reject) => {
      child.once("exit", () => resolve());
      child.once("error", reject);
    });
    end = () => {
      child.kill("SIGTERM");
      return ended;
    };
    await Promise.race([
      until("Redis answers", () => accepts(port)),
      ended.then(() => Promise.reject(new Error("redis-server ended at once"))),
    ]);
  };
  await start();
  return {
    port,
    address: (database) => `redis://127.0.0.1:${port}/${database}`,
    start,
    stop: () => end(),
    async dispose() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
