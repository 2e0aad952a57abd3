import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { cgroupRoot } from "./cgroup.ts";
import { hostLayout } from "./lab-layout.ts";
import type { Command } from "./network-commands.ts";
import { firstProcess } from "./power.ts";
import { inCgroup } from "./start-in-cgroup.ts";

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * What runs a command as root in a host from the machine it boots on, as at its console: no network and no SSH server is in between,
 * so it works on a host that is cut off too. The words arrive as they are, and what they start ends with the host.
 */
export async function execCommand(lab: string, host: string, command: Command): Promise<Command> {
  const pid = await firstProcess(lab, host);
  if (pid === undefined) {
    throw new CozyError("lab-host-off", {
      message: `The host ${host} of the lab ${lab} is off.`,
      next: `cozy lab reboot ${host}${lab === "lab" ? "" : ` --name ${lab}`}`,
    });
  }
  const cgroup = join(await cgroupRoot(), hostLayout(lab, host).cgroup, "payload", "init.scope");
  return inCgroup(cgroup, [
    "nsenter",
    `--target=${pid}`,
    "--mount",
    "--uts",
    "--ipc",
    "--net",
    "--pid",
    "--cgroup",
    "--root",
    "--wdns=/root",
    "--",
    "/usr/bin/env",
    "--ignore-environment",
    "--",
    `PATH=${path}`,
    "HOME=/root",
    "LANG=C.UTF-8",
    `TERM=${process.env["TERM"] ?? "dumb"}`,
    ...command,
  ]);
}
