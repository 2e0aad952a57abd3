import { refuseWindows } from "../hosts/this-machine/refuse-windows.ts";
import { thisMachine, type ThisMachine } from "../hosts/this-machine/this-machine.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** The host of an environment. Loaded when it is needed, and without touching it. */
export async function openHost(context: CommandContext, opened: OpenEnvironment): Promise<ThisMachine> {
  refuseWindows(process.platform);
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

/**
 * The same for commands that change something: a supervisor of an older format, which could not be asked, is replaced first. Its
 * instances go on running meanwhile.
 */
export async function openHostToChange(
  context: CommandContext,
  opened: OpenEnvironment,
): Promise<ThisMachine> {
  const host = await openHost(context, opened);
  await host.replaceOlderSupervisor(context.signal);
  return host;
}
