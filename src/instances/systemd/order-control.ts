import { CozyError } from "../../errors/cozy-error.ts";
import type { ServerLayout } from "../../hosts/server-layout.ts";
import { controlExits } from "./control.ts";
import type { RunProgram } from "./program.ts";

/** Has root's program carry out an order, and gives what it printed. */
export async function orderControl(
  run: RunProgram,
  { control, id }: Pick<ServerLayout, "control" | "id">,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { exitCode, stdout, stderr } = await run(controlCommand(control, words), signal);
  const details = stderr.split("\n").filter((line) => line !== "");
  switch (exitCode) {
    case controlExits.done:
      return stdout;
    case controlExits.failed:
    case null:
      throw new CozyError("systemd-failed", {
        message: `systemd could not carry out an order: ${words[0]}.`,
        state: "Instances may run or not; the next look tells.",
        next: `On the server: journalctl --unit='${id}-*' --since=-5min`,
        details,
      });
    default:
      throw new CozyError("control-refused", {
        message: `${control} did not carry out an order: ${words[0]} (exit code ${exitCode}).`,
        state: "Nothing was started or stopped.",
        next: "Run `cozy setup` for the environment, which lays what this order needs; then try again.",
        details,
      });
  }
}

export function controlCommand(control: string, words: readonly string[]): readonly string[] {
  return ["sudo", "-n", control, ...words];
}
