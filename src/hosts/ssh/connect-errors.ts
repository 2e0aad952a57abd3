import { CozyError } from "../../errors/cozy-error.ts";
import { fingerprint, type HostKey, type KeyStanding } from "./known-hosts.ts";
import type { SshPlace } from "./ssh-command.ts";

export function notReached(place: SshPlace, said: readonly string[]): CozyError {
  return new CozyError("host-unreachable", {
    message: `${whereIs(place)} did not answer SSH.`,
    details: said,
    state: `Nothing was changed on ${place.host}.`,
    next: `ssh -p ${place.port} ${place.user}@${place.address}`,
  });
}

export function refused(place: SshPlace, said: readonly string[]): CozyError {
  const by = place.identity === undefined ? "the keys of your SSH" : place.identity;
  return new CozyError("login-refused", {
    message: `${whereIs(place)} has the trusted key, but does not let ${place.user} in with ${by}.`,
    details: said,
    state: `Nothing was changed on ${place.host}.`,
    next:
      place.madeBySetup === true
        ? `cozy setup <environment>, which makes ${place.user} on a bare server; on one that has it: ${byHand(place)}`
        : byHand(place),
  });
}

function byHand({ port, user, address }: SshPlace): string {
  return `ssh -p ${port} ${user}@${address}; a key with a passphrase has to be in the agent (ssh-add)`;
}

export function notTrusted(
  place: SshPlace,
  shown: HostKey,
  standing: Exclude<KeyStanding, "pinned">,
): CozyError {
  const shows = `${whereIs(place)} shows the key ${fingerprint(shown)} (${shown.type})`;
  const state = `Nobody logged in; nothing was changed on ${place.host}.`;
  if (standing === "unknown") {
    return new CozyError("host-key-unknown", {
      message: `${shows}, which is not trusted yet.`,
      state,
      next: `cozy trust ${place.host}`,
    });
  }
  return new CozyError("host-key-changed", {
    message:
      standing === "revoked"
        ? `${shows}, which the project has revoked.`
        : `${shows}, which is not the one that is trusted. Someone may be in between, or the host was installed anew.`,
    state,
    next: `Find out why on the host itself. Only then: cozy trust ${place.host} --replace`,
  });
}

export function lost(place: SshPlace, doing: string): CozyError {
  return new CozyError("connection-lost", {
    message: `The connection to ${whereIs(place)} was lost during: ${doing}.`,
    state: `It is not known whether that ended on ${place.host}.`,
  });
}

function whereIs({ host, address, port }: SshPlace): string {
  const at = port === 22 ? address : `${address}, port ${port}`;
  return host === address && port === 22 ? host : `${host} (${at})`;
}
