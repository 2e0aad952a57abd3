import type { ServerLayout } from "../../hosts/server-layout.ts";
import { madeBySetup } from "./unit.ts";

/**
 * tmpfiles.d: the short names of the run folder and of scratch environments, made at each boot before anything is started. Sockets and route tables lie on the disk
 * behind it, so that a host that comes back routes as before.
 */
export function tmpfilesText(layout: ServerLayout): string {
  return [
    madeBySetup(layout),
    "d /run/cozy 0755 root root -",
    `L+ ${layout.run} - - - - ${layout.paths.run}`,
    `L+ ${layout.scratch} - - - - ${layout.paths.scratch}`,
    "",
  ].join("\n");
}

/** sudoers.d: all that the deployer's user may do as root is this one program, which checks every word. */
export function sudoersText(user: string, control: string): string {
  return [
    "# Made by `cozy setup`, which replaces it: what is changed here by hand does not stay.",
    `Defaults!${control} !requiretty, !lecture`,
    `${user} ALL=(root) NOPASSWD: ${control}`,
    "",
  ].join("\n");
}

/** journald.conf.d: logs outlive a boot, and fill no disk. */
export function journaldText(): string {
  return [
    "# Made by `cozy setup`, which replaces it: what is changed here by hand does not stay.",
    "[Journal]",
    "Storage=persistent",
    "Compress=yes",
    "SystemMaxUse=2G",
    "SystemKeepFree=1G",
    "",
  ].join("\n");
}

/**
 * logrotate.d: the proxy's logs. That of accesses is counted from, and so is kept as lines and never emptied. Their folder is
 * root's own, and so is the one above it: in one of the deployer's, root would follow whatever link lies there.
 */
export function logrotateText(layout: ServerLayout): string {
  return [
    madeBySetup(layout),
    `${layout.paths.logs}/access.log ${layout.paths.logs}/proxy.log {`,
    "  daily",
    "  nodateext", // twice on one day, the second would find its name taken
    "  maxsize 200M",
    "  rotate 14",
    "  missingok",
    "  notifempty",
    "  nocreate",
    "  compress",
    "  delaycompress",
    "  sharedscripts",
    "  postrotate",
    `    ${layout.control} reopen-logs ${layout.id}`,
    "  endscript",
    "}",
    "",
  ].join("\n");
}
