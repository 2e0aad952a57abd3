import { randomBytes } from "node:crypto";
import { orderControl } from "../../instances/systemd/order-control.ts";
import { runProgram } from "../../instances/systemd/program.ts";
import { runOnce } from "../../instances/systemd/run-once.ts";
import type { Opener } from "../../recovery/open-by.ts";
import type { AppProcesses } from "../../recovery/restorer.ts";
import type { ServerLayout } from "../server-layout.ts";

const withinMs = 30_000;

/** The application's processes on a server: root's own program sees what they have open, and their own user ends them. */
export function serverProcesses({
  layout,
  now,
}: {
  readonly layout: ServerLayout;
  readonly now: () => number;
}): AppProcesses {
  return {
    async openBy(files) {
      const text = await orderControl(runProgram, layout, ["open", layout.id], AbortSignal.timeout(withinMs));
      return parseOpeners(text, files);
    },
    async tell(pid, name) {
      const script = 'kill -s "$1" -- "$2" 2>/dev/null || exit 0';
      const command = ["/bin/sh", "-c", script, "sh", name.replace("SIG", ""), String(pid)];
      const newName = () => randomBytes(6).toString("hex");
      const limits = { memoryBytes: undefined, openFiles: undefined };
      const once = { command, folder: "/", variables: {}, limits };
      await runOnce({ layout, run: runProgram, newName, now }, once, AbortSignal.timeout(withinMs));
    },
  };
}

/** Reads `<pid> <file> <program>` lines: each process once, as far as it has one of these files open. Pure. */
export function parseOpeners(text: string, files: readonly string[]): readonly Opener[] {
  const found = new Map<number, Opener>();
  for (const line of text.split("\n")) {
    const [, pid = "", file = "", name = ""] = /^(\d+) (\S+) (.*)$/.exec(line) ?? [];
    if (files.includes(file)) found.set(Number(pid), { pid: Number(pid), name });
  }
  return [...found.values()];
}
