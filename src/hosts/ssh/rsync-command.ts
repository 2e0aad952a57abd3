import type { Transfer } from "./connection.ts";
import { rsyncShell, type SshFiles, type SshPlace } from "./ssh-command.ts";

/** Copies over the shared connection; each file that was sent is a line of its own: what happened to it, and the bytes that it took. */
export function rsyncCommand(place: SshPlace, files: SshFiles, transfer: Transfer): readonly string[] {
  const { from, to, linkTo = [], only, byContent } = transfer;
  return [
    ...copying,
    ...(byContent === true ? ["--checksum"] : []),
    "--out-format=%i %b",
    ...linkTo.map((folder) => `--link-dest=${folder}`),
    ...(only === undefined ? [] : ["--files-from=-", "--from0"]),
    `--rsh=${rsyncShell(files)}`,
    "--",
    from,
    onHost(place, to),
  ];
}

/** The same from the host to this machine. */
export function rsyncBackCommand(
  place: SshPlace,
  files: SshFiles,
  { from, to }: Pick<Transfer, "from" | "to">,
): readonly string[] {
  return [...copying, `--rsh=${rsyncShell(files)}`, "--", onHost(place, from), to];
}

const copying = [
  "rsync",
  // Names go by the protocol and not by a shell on the host. Rsync before 3.2.6 knows it by this name only, and later ones by this too.
  "--protect-args",
  "--recursive",
  "--links",
  "--perms",
  "--executability",
  "--times",
];

/** What was sent, by what rsync says of each file: `<f…` and its bytes. Pure. */
export function parseSent(output: string): { readonly sentBytes: number; readonly files: number } {
  let [sentBytes, files] = [0, 0];
  for (const line of output.split("\n")) {
    const [, bytes] = /^<f\S* (\d+)$/.exec(line) ?? [];
    if (bytes === undefined) continue;
    files += 1;
    sentBytes += Number(bytes);
  }
  return { sentBytes, files };
}

function onHost({ user, address }: SshPlace, path: string): string {
  return `${user}@${bracketed(address)}:${path}`;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
