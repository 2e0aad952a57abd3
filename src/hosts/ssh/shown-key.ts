import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { withDeadline } from "../../shared/deadline.ts";
import { pause } from "../../shared/pause.ts";
import { notReached } from "./connect-errors.ts";
import type { HostKey } from "./known-hosts.ts";
import { lastSaid, runToFile, type Variables } from "./run-ssh.ts";
import { seenKey } from "./seen-key.ts";
import { keyCommand, type SshFiles, type SshPlace } from "./ssh-command.ts";
import { connectionsFolder, filesOf } from "./ssh-files.ts";

/** Often enough for a host that turns some connections away while many log in. */
const tries = 4;

/**
 * The key that a host shows, asked the way that it is connected to later, a jump host included. Nobody logs in; whether the key is the
 * host's own is for a person to compare.
 */
export async function shownKey(
  place: SshPlace,
  { env, uid }: { readonly env: Variables; readonly uid: number },
  signal: AbortSignal,
): Promise<HostKey> {
  const folder = await connectionsFolder(uid);
  const files = filesOf(folder, place, `shown ${randomBytes(8).toString("hex")}`);
  await writeFile(files.knownHosts, "", { mode: 0o600 });
  try {
    return await withDeadline(signal, 45_000, `Asking ${place.host} for its key`, (within) =>
      ask(place, files, env, within),
    );
  } finally {
    await Promise.all([files.knownHosts, files.seen, files.said].map((file) => rm(file, { force: true })));
  }
}

async function ask(place: SshPlace, files: SshFiles, env: Variables, signal: AbortSignal): Promise<HostKey> {
  for (let left = tries; ; left -= 1) {
    // It always fails, as no key is pinned for it.
    await runToFile(keyCommand(place, files), { env, said: files.said }, signal);
    const key = await seenKey(files.seen);
    if (key !== undefined) return key;
    if (left === 1) throw notReached(place, await lastSaid(files.said));
    await pause(300, signal);
  }
}
