import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";

export type RedisServer = {
  /** The address of one of its sixteen databases. */
  url: (database: number) => string;
  /** Asks one of its databases something, on a connection for that alone. */
  ask: <Answer>(database: number, question: (redis: Redis) => Promise<Answer>) => Promise<Answer>;
  /** Ends it as a power cut does; what it has not written down is lost. */
  kill: () => Promise<void>;
  /** Starts it again, at the same address, with what it had written down. */
  start: () => Promise<void>;
  stop: () => Promise<void>;
};

export function findRedis(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return [...folders, "/usr/bin"]
    .map((each) => path.join(each, "redis-server"))
    .find((file) => existsSync(file));
}

/** A server of our own, on a free port of this machine only. It writes down each change, as one for jobs should. */
export async function startRedis(program: string): Promise<RedisServer> {
  const folder = await mkdtemp(path.join(tmpdir(), "cw-redis-"));
  const port = await freePort();
  let server: ChildProcess | undefined;
  const url = (database: number) => `redis://127.0.0.1:${port}/${database}`;

  const ask: RedisServer["ask"] = async (database, question) => {
    const redis = new Redis(url(database), { lazyConnect: true, retryStrategy: () => null });
    redis.on("error", () => {});
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  };
  const start = async () => {
    const options = {
      port,
      bind: "127.0.0.1",
      dir: folder,
      save: "",
      appendonly: "yes",
      appendfsync: "always",
    };
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const started = spawn(program, words, { stdio: "ignore" });
    server = started;
    const deadline = Date.now() + 60_000;
    while (!(await ask(0, (redis) => redis.ping()).catch(() => undefined))) {
      if (Date.now() > deadline || started.exitCode !== null) throw new Error("redis-server does not answer");
      await sleep(20);
    }
  };
  const kill = async () => {
    const ending = server;
    server = undefined;
    if (!ending || ending.exitCode !== null) return;
    ending.kill("SIGKILL");
    await once(ending, "exit");
  };
  const endWithUs = () => server?.kill("SIGKILL");
  process.once("exit", endWithUs);
  await start();
  return {
    url,
    ask,
    kill,
    start,
    stop: async () => {
      await kill();
      process.off("exit", endWithUs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}
