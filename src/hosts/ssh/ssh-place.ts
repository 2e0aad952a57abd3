import type { ServerHost, ServersTarget } from "../../project/servers.ts";
import type { SshPlace } from "./ssh-command.ts";

/** Where a host of an environment is reached, by the user who deploys or by the one who sets up. Pure. */
export function sshPlace(
  { user, setupUser, identity }: Pick<ServersTarget, "user" | "setupUser" | "identity">,
  { name, address, sshPort }: ServerHost,
  to: "deploy" | "set up",
): SshPlace {
  const isDeployer = to === "deploy";
  return {
    host: name,
    address,
    port: sshPort,
    user: isDeployer ? user : setupUser,
    identity,
    madeBySetup: isDeployer,
  };
}
