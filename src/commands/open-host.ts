import { thisMachine, type ThisMachine } from "../hosts/this-machine/this-machine.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** The host of an environment. Loaded when it is needed, and without touching it. */
export async function openHost(context: CommandContext, opened: OpenEnvironment): Promise<ThisMachine> {
  const { machine, paths, lease, environment } = opened;
  return thisMachine({
    machine,
    paths,
    lease,
    environment,
    now: context.now,
    env: context.env,
    homeFolder: context.homeFolder,
    version: context.version,
  });
}
