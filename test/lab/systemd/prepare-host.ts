import { dirname } from "node:path";
import type { ServerLayout } from "../../../src/hosts/server-layout.ts";
import { shellLine } from "../../../src/hosts/ssh/quote.ts";
import type { RootFile } from "../../../src/instances/systemd/root-files.ts";

/**
 * A script for root that lays what `cozy setup` would, as far as systemd needs it: users, folders and root's files. So that these tests
 * tell of systemd alone.
 */
export function prepareHost(layout: ServerLayout, files: readonly RootFile[], authorizedKey: string): string {
  const { id, paths, machine, socketGroup, instances } = layout;
  const folder = (path: string, owner: string, mode: string) => [
    shellLine(["mkdir", "-p", path]),
    shellLine(["chown", owner, path]),
    shellLine(["chmod", mode, path]),
  ];
  const lay = ({ path, text, mode }: Pick<RootFile, "path" | "text" | "mode">) => [
    shellLine(["mkdir", "-p", dirname(path)]),
    `printf %s ${Buffer.from(text).toString("base64")} | base64 -d > ${shellLine([path])}`,
    shellLine(["chmod", mode.toString(8), path]),
  ];
  return [
    "set -eu",
    "id cozy >/dev/null 2>&1 || useradd --system --user-group --home-dir /var/lib/cozy --shell /bin/sh cozy",
    "usermod -aG systemd-journal cozy",
    "id www-data >/dev/null 2>&1 || useradd --system --user-group www-data",
    `id ${id} >/dev/null 2>&1 || useradd --system --user-group --home-dir /nonexistent --shell /usr/sbin/nologin ${id}`,
    `getent group ${socketGroup} >/dev/null || groupadd --system ${socketGroup}`,
    `usermod -aG ${socketGroup} ${id}`,
    `usermod -aG ${id},${socketGroup} cozy`,
    `usermod -aG ${socketGroup} www-data`,
    ...folder(machine.home, "cozy:cozy", "0755"),
    ...folder(dirname(paths.root), "cozy:cozy", "0755"),
    ...folder(paths.root, `cozy:${id}`, "0751"),
    ...folder(paths.releases, `cozy:${id}`, "2750"),
    ...folder(instances, `cozy:${id}`, "2750"),
    ...folder(paths.database, `${id}:${id}`, "2770"),
    ...folder(paths.persist, `${id}:${id}`, "2770"),
    ...folder(paths.media, `${id}:${socketGroup}`, "2770"),
    ...folder(paths.schedules, `${id}:${id}`, "2770"),
    ...folder(paths.logs, `root:${socketGroup}`, "2750"),
    ...folder(paths.run, `cozy:${socketGroup}`, "2750"),
    ...files.flatMap(lay),
    ...lay({ path: layout.setUp, text: "{}\n", mode: 0o644 }),
    ...folder("/var/lib/cozy/.ssh", "cozy:cozy", "0700"),
    ...lay({ path: "/var/lib/cozy/.ssh/authorized_keys", text: authorizedKey, mode: 0o600 }),
    "chown cozy:cozy /var/lib/cozy/.ssh/authorized_keys",
    "systemctl daemon-reload",
    `systemd-tmpfiles --create /etc/tmpfiles.d/${id}.conf`,
    "",
  ].join("\n");
}
