import type { MachineHost } from "../hosts/machine/machine-host.ts";
import { refuseWindows } from "../hosts/this-machine/refuse-windows.ts";
import { thisMachine, type ThisMachine } from "../hosts/this-machine/this-machine.ts";
import { onThisMachine } from "../project/on-this-machine.ts";
import type { CommandContext, OnHost } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/** The host of an environment. Loaded when it is needed, and without touching it. */
export async function openHost(context: CommandContext, opened: OpenEnvironment): Promise<MachineHost> {
  return context.onHost === undefined
    ? openThisMachine(context, opened)
    : openThisServer(context, opened, context.onHost);
}

/**
 * The same for commands that change something: a supervisor of an older format, which could not be asked, is replaced first. Its
 * instances go on running meanwhile.
 */
export async function openHostToChange(
  context: CommandContext,
  opened: OpenEnvironment,
): Promise<MachineHost> {
  if (context.onHost !== undefined) return openThisServer(context, opened, context.onHost);
  const host = await openThisMachine(context, opened);
  await host.replaceOlderSupervisor(context.signal);
  return host;
}

async function openThisMachine(context: CommandContext, opened: OpenEnvironment): Promise<ThisMachine> {
  refuseWindows(process.platform);
  const { machine, paths, lease } = opened;
  const environment = { ...opened.environment, target: onThisMachine(opened.environment) };
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

/** Of the environment's servers, the one that cozy itself runs on here. */
async function openThisServer(
  { now }: CommandContext,
  { project, environment }: OpenEnvironment,
  { name, agents }: OnHost,
): Promise<MachineHost> {
  const [{ serverMachine }, { serverLayout }] = await Promise.all([
    import("../hosts/server/server-machine.ts"),
    import("../hosts/server-layout.ts"),
  ]);
  const layout = serverLayout(project.name, environment.name);
  return serverMachine({ name, layout, environment, now, agents });
}
