import { CozyError } from "../errors/cozy-error.ts";
import type { Environment, ThisMachineTarget } from "./project.ts";

/** The target of an environment on this machine; what is carried out only there refuses servers by it. */
export function onThisMachine({ name, target }: Pick<Environment, "name" | "target">): ThisMachineTarget {
  if (target.kind === "this-machine") return target;
  throw new CozyError("servers-not-here", {
    message: `${name} runs on servers (${target.hosts.map((host) => host.name).join(", ")}), and this command is carried out for environments on this machine only.`,
    state: "Nothing was changed.",
    next: "Name an environment with `target: thisMachine({ … })`.",
  });
}
