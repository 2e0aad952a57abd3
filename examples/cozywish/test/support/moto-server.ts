import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { root } from "./server-process.ts";

const VERSION = "5.2.5";
const kept = path.join(root, "node_modules/.cache", `moto-s3-${VERSION}`);

/**
 * Moto speaks S3 as AWS does. It is made once, from PyPI, and kept beside the packages of npm.
 * @returns its program; undefined where it can't be had (no Python with pip, no network)
 */
export async function findMoto(): Promise<string | undefined> {
  const program = path.join(kept, "bin/moto_server");
  if (existsSync(program)) return program;
  const draft = `${kept}.${process.pid}`;
  // What a server of all of AWS needs is ten times as much, and to compile what is never imported takes longer than to install it.
  const words = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"];
  const packages = [`moto[s3]==${VERSION}`, "flask", "flask-cors"];
  try {
    await mkdir(path.dirname(kept), { recursive: true });
    const run = promisify(execFile);
    await run("python3", [...words, "--target", draft, ...packages], { timeout: 240_000 });
    await rename(draft, kept);
    return program;
  } catch {
    await rm(draft, { recursive: true, force: true });
    return undefined;
  }
}

export async function startMoto(program: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const packages = path.dirname(path.dirname(program));
  const server = spawn("python3", [program, "-H", "127.0.0.1", "-p", String(port)], {
    stdio: "ignore",
    env: { ...process.env, PYTHONPATH: packages },
  });
  const endWithUs = () => server.kill("SIGKILL");
  process.once("exit", endWithUs);
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 60_000;
  while (!(await fetch(url).catch(() => undefined))) {
    if (Date.now() > deadline || server.exitCode !== null) throw new Error("moto_server does not answer");
    await sleep(100);
  }
  return {
    url,
    stop: async () => {
      process.off("exit", endWithUs);
      if (server.exitCode !== null) return;
      server.kill("SIGKILL");
      await once(server, "exit");
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
