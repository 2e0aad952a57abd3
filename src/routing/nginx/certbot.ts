import type { Certificate } from "../../project/servers.ts";
import { shellLine } from "../../hosts/ssh/quote.ts";
import { reloadPath } from "./reload.ts";

/** A command of root's, on the host that answers the authority. */
export interface CertbotCommand {
  readonly command: readonly string[];
  /** On top of the usual environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface CertbotRequest {
  /** The environment's id: also the name that certbot keeps the certificate under. */
  readonly id: string;
  /** The canonical one first. */
  readonly names: readonly string[];
  readonly certificate: Extract<Certificate, { readonly kind: "acme" }>;
  /** Where nginx serves what the authority asks for. */
  readonly webroot: string;
  /** The program that puts a certificate in place; see `installProgram`. */
  readonly hook: string;
  /** The root certificate of the authority's own TLS, as a file on the host, for one in a lab. */
  readonly directoryRoot?: string | undefined;
  /** certbot's own folder, where it is not `/etc/letsencrypt`. */
  readonly folder?: string | undefined;
}

/**
 * Asks for the certificate where there is none for these names yet, or where it ends soon; else it does nothing. certbot keeps how it
 * was asked, the hook included, and Debian's timer renews it so twice a day.
 */
export function issueCommand(request: CertbotRequest): CertbotCommand {
  const { id, names, certificate, webroot, hook } = request;
  const { email, directory } = certificate;
  return {
    command: [
      "certbot",
      "certonly",
      ...common(request),
      "--agree-tos",
      "--email",
      email,
      "--no-eff-email",
      "--webroot",
      "--webroot-path",
      webroot,
      "--cert-name",
      id,
      ...names.flatMap((name) => ["--domain", name]),
      "--key-type",
      "ecdsa",
      "--keep-until-expiring",
      "--renew-with-new-domains",
      "--deploy-hook",
      hook,
      ...(directory === undefined ? [] : ["--server", directory]),
    ],
    environment: environmentOf(request),
  };
}

/** Renews this one certificate where it ends soon, or at once: what Debian's timer does for all of them. */
export function renewCommand(
  request: Pick<CertbotRequest, "id" | "folder" | "directoryRoot">,
  when: "where it ends soon" | "at once",
): CertbotCommand {
  const force = when === "at once" ? ["--force-renewal"] : [];
  return {
    command: [
      "certbot",
      "renew",
      ...common(request),
      "--cert-name",
      request.id,
      "--no-random-sleep-on-renew",
      ...force,
    ],
    environment: environmentOf(request),
  };
}

/**
 * Has certbot forget the certificate when its environment is removed. The authority is not told: nobody else has the key.
 */
export function forgetCommand(request: Pick<CertbotRequest, "id" | "folder">): CertbotCommand {
  return { command: ["certbot", "delete", ...common(request), "--cert-name", request.id], environment: {} };
}

/**
 * A root program, `<program> <chain> <key>`, that puts a certificate in place and has nginx read it; called by certbot without
 * arguments, it takes what was renewed. Chain and key change in one rename of a link, so nginx never reads one of each; a pair that does
 * not belong together is refused, and where nginx would not start with it the former one comes back.
 * Exit codes: 0 in place, 65 no pair, 69 nginx refuses it.
 */
export function installProgram(options: {
  readonly certificates: string;
  /** Checks nginx's files; of Debian's nginx unless told otherwise. */
  readonly check?: readonly string[];
  readonly reload?: readonly string[];
}): string {
  const { certificates, check = ["nginx", "-t", "-q"], reload = [reloadPath] } = options;
  return `#!/bin/sh
# Puts a certificate where nginx reads it; made by cozy setup.
set -eu
umask 077
link=${shellLine([certificates])}
chain=\${1:-\${RENEWED_LINEAGE:-}/fullchain.pem}
key=\${2:-\${RENEWED_LINEAGE:-}/privkey.pem}
of_chain=$(openssl x509 -in "$chain" -noout -pubkey) || exit 65
of_key=$(openssl pkey -in "$key" -pubout) || exit 65
[ "$of_chain" = "$of_key" ] || { echo "The key $key is not the one of $chain." >&2; exit 65; }
name=.$(basename "$link").$(openssl x509 -in "$chain" -noout -fingerprint -sha256 | tr -d ': ' | tail -c 17)
folder=$(dirname "$link")/$name
mkdir -p "$folder"
cp "$chain" "$folder/chain.pem"
cp "$key" "$folder/key.pem"
chmod 0755 "$folder"
chmod 0644 "$folder/chain.pem"
former=$(readlink "$link" || true)
[ -L "$link" ] || rm -rf "$link"
ln -s "$name" "$link.new.$$"
mv -T "$link.new.$$" "$link"
if ! ${shellLine(check)}; then
  [ -z "$former" ] || { ln -s "$former" "$link.new.$$" && mv -T "$link.new.$$" "$link"; }
  exit 69
fi
${shellLine(reload)}
for old in "$(dirname "$link")/.$(basename "$link")."*; do
  [ "$old" = "$folder" ] || rm -rf "$old"
done
`;
}

function common({ folder }: Pick<CertbotRequest, "folder">): readonly string[] {
  const folders = ["config", "work", "logs"].flatMap((name) => [`--${name}-dir`, `${folder ?? ""}/${name}`]);
  return ["--non-interactive", ...(folder === undefined ? [] : folders)];
}

function environmentOf({
  directoryRoot,
}: Pick<CertbotRequest, "directoryRoot">): Readonly<Record<string, string>> {
  return directoryRoot === undefined ? {} : { REQUESTS_CA_BUNDLE: directoryRoot };
}
