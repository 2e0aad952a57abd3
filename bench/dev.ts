/**
 * How long `cozy dev` takes to the first answered request, against the framework's own command alone, on both reference applications:
 * `node bench/dev.ts`. The two take turns, so that a noisy moment hits them alike. cozy starts the worker too, which the framework's
 * command does not.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { createExampleSandbox, type Example } from "../test/support/example-sandbox.ts";
import { cozyBinary, freePort, type Sandbox } from "../test/support/sandbox.ts";
import { median, printTable } from "./statistics.ts";

const rounds = Number(process.env["ROUNDS"] ?? 9);
const mostMs = 300;

const own: Readonly<Record<Example, (port: string) => readonly string[]>> = {
  cozywish: () => ["node", "--watch", "--env-file-if-exists=.env", "src/server.ts"],
  "cozywish-django": (port) => [join(".venv", "bin", "python"), "manage.py", "runserver", port],
};

let failed = false;
for (const example of ["cozywish", "cozywish-django"] as const) {
  const sandbox = await createExampleSandbox(example);
  try {
    await rm(join(sandbox.project, ".venv"), { recursive: true, force: true });
    await sandbox.ok(["dev", "--setup"], { env: process.env });
    const alone: number[] = [];
    const withCozy: number[] = [];
    for (let round = 0; round < rounds + 1; round += 1) {
      const port = String(await freePort());
      const a = await firstAnswer(own[example](port), port, sandbox);
      const b = await firstAnswer([process.execPath, cozyBinary, "dev", "--port", port], port, sandbox);
      if (round === 0) continue; // fills the caches
      alone.push(a);
      withCozy.push(b);
    }
    const [bare, cozy] = [median(alone), median(withCozy)];
    const more = median(withCozy.map((value, index) => value - (alone[index] ?? 0)));
    printTable(`${example}: to the first answered request, median of ${rounds}`, [
      [own[example]("<port>").join(" "), `${bare.toFixed(0)} ms`],
      ["cozy dev", `${cozy.toFixed(0)} ms`],
      ["on top", `${more.toFixed(0)} ms (at most ${mostMs})`, `× ${(cozy / bare).toFixed(2)}`],
    ]);
    if (more > mostMs) failed = true;
  } finally {
    await sandbox.dispose();
  }
}
if (failed) process.exitCode = 1;

/** Starts a command, asks until it answers, and ends all of it as Ctrl-C would. */
async function firstAnswer(command: readonly string[], port: string, sandbox: Sandbox): Promise<number> {
  const [program = "", ...args] = command;
  const since = performance.now();
  const child = spawn(program, args, {
    cwd: sandbox.project,
    env: { ...sandbox.env, PORT: port },
    detached: true,
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  try {
    while (!(await answers(port))) {
      if (performance.now() - since > 60_000 || child.exitCode !== null) {
        throw new Error(`${command.join(" ")} did not answer`);
      }
      await after(5);
    }
    return performance.now() - since;
  } finally {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await ended;
  }
}

async function answers(port: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, path: "/healthz", agent: false }, (response) => {
      response.resume().once("end", () => resolve(true));
    });
    asked.once("error", () => resolve(false));
    asked.end();
  });
}
