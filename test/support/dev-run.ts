import { spawn } from "node:child_process";
import { setTimeout as after } from "node:timers/promises";
import { cozyBinary } from "./sandbox.ts";

export interface DevEvent {
  readonly type: string;
  readonly process?: string;
  readonly line?: string;
  readonly url?: string;
  readonly code?: string;
  readonly message?: string;
  readonly next?: string | null;
  readonly exitCode?: number | null;
  readonly files?: readonly string[];
  readonly restarted?: readonly string[];
  readonly details?: readonly string[];
}

/** A `cozy dev --json` that runs, in a process group of its own as a shell would give it. */
export interface DevRun {
  readonly pid: number;
  readonly events: readonly DevEvent[];
  /** The first event of which something holds; those from before are looked at too. */
  event(what: string, holds: (event: DevEvent) => boolean, withinMs?: number): Promise<DevEvent>;
  /** What Ctrl-C does: the signal reaches every process of the terminal's foreground group. */
  press(): void;
  readonly ended: Promise<number | null>;
}

export function startDev(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): DevRun {
  const child = spawn(process.execPath, [cozyBinary, "dev", "--json", ...args], {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid ?? 0;
  const events: DevEvent[] = [];
  let rest = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) events.push(JSON.parse(line) as DevEvent);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return {
    pid,
    events,
    async event(what, holds, withinMs = 60_000) {
      for (const end = Date.now() + withinMs; Date.now() < end; await after(20)) {
        const found = events.find(holds);
        if (found) return found;
      }
      const seen = events.map((event) => JSON.stringify(event)).join("\n");
      throw new Error(`${what}: not within ${withinMs} ms\n${seen}\n${stderr}`);
    },
    press: () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, "SIGINT");
    },
    ended: new Promise((resolve) => child.once("close", (code) => resolve(code))),
  };
}
