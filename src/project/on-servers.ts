import { CozyError } from "../errors/cozy-error.ts";
import type { Environment } from "./project.ts";
import type { ServersTarget } from "./servers.ts";

/** The target of an environment on servers; what is about servers only refuses this machine by it. */
export function onServers({ name, target }: Pick<Environment, "name" | "target">): ServersTarget {
  if (target.kind === "servers") return target;
  throw new CozyError("no-servers", {
    message: `${name} runs on this machine, and this command is about environments on servers.`,
    state: "Nothing was changed.",
    next: "Name an environment with `target: servers([ … ])`.",
  });
}
