import { randomBytes } from "node:crypto";
import type { OnceRequest } from "../hosts/machine/once-request.ts";
import { runInteractively } from "../hosts/this-machine/run-interactively.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** Runs a command of a release with this terminal, or these pipes, as its own; gives its exit code. */
export async function runOfRelease(
  context: CommandContext,
  opened: OpenEnvironment,
  request: OnceRequest,
): Promise<number> {
  const atTerminal = "isTTY" in context.stdin && context.stdin.isTTY === true;
  const signals = context.takeSignals();
  if (context.onHost === undefined) return runInteractively(request, { signals, atTerminal });
  const [{ runAttached }, { runProgram }, { serverLayout }] = await Promise.all([
    import("../instances/systemd/run-attached.ts"),
    import("../instances/systemd/program.ts"),
    import("../hosts/server-layout.ts"),
  ]);
  const layout = serverLayout(opened.project.name, opened.environment.name);
  const newName = () => randomBytes(6).toString("hex");
  const parts = { layout, run: runProgram, newName, now: context.now };
  return runAttached(parts, request, { signals, terminal: atTerminal });
}
