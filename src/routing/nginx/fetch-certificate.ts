import { shellLine } from "../../hosts/ssh/quote.ts";
import { knownName } from "../../hosts/ssh/known-hosts.ts";

/** The host that certbot renews the certificate on, for another one that fetches it from there. */
export interface FetchFrom {
  readonly address: string;
  readonly port: number;
  /** Who logs in there: sshd runs `pairProgram` for it, and nothing else. */
  readonly user: string;
  /** The file of the private key that logs in. */
  readonly key: string;
  /** The file with that host's pinned key. */
  readonly knownHosts: string;
}

/** A root program that says the certificate and its key. Pure. */
export function pairProgram(certificates: string): string {
  const files = ["chain.pem", "key.pem"].map((name) => `${certificates}/${name}`);
  return `#!/bin/sh
# For the hosts that serve the same site; made by cozy setup.
exec ${shellLine(["/usr/bin/cat", "--", ...files])}
`;
}

/**
 * A root program that has the certificate which another host renews put in place here, where it is another one than is there. What
 * arrives is looked through by whoever puts it in place. Pure.
 */
export function fetchProgram(from: FetchFrom, certificates: string, install: string): string {
  return `#!/bin/sh
# Brings the certificate here from the host that renews it; made by cozy setup.
set -eu
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${shellLine(sshWords(from))} </dev/null >"$work/pair"
sed -n '/^-----BEGIN CERTIFICATE-----/,/^-----END CERTIFICATE-----/p' "$work/pair" >"$work/chain"
sed -n '/^-----BEGIN .*PRIVATE KEY-----/,/^-----END .*PRIVATE KEY-----/p' "$work/pair" >"$work/key"
fingerprint() { openssl x509 -in "$1" -noout -fingerprint -sha256; }
there=$(fingerprint "$work/chain")
here=$(fingerprint ${shellLine([`${certificates}/chain.pem`])} 2>/dev/null || true)
[ "$there" != "$here" ] || exit 0
${shellLine([install])} "$work/chain" "$work/key"
`;
}

/** Every answer of ssh's that a person's settings could change is written out. */
function sshWords({ address, port, user, key, knownHosts }: FetchFrom): string[] {
  const options = {
    BatchMode: "yes",
    IdentitiesOnly: "yes",
    IdentityFile: key,
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    HostKeyAlias: knownName(address, port),
    CheckHostIP: "no",
    UpdateHostKeys: "no",
    ConnectTimeout: "20",
    ServerAliveInterval: "10",
  };
  const words = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return ["ssh", "-T", "-F", "none", ...words, "-p", String(port), "-l", user, "--", address];
}
