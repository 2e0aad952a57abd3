import type { Connection } from "../hosts/ssh/connection.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { shellLine } from "../hosts/ssh/quote.ts";
import { forgetCommand, issueCommand } from "../routing/nginx/certbot.ts";
import { certificateNames, debianPlaces } from "../routing/nginx/site-facts.ts";
import type { CertificateHost, CertificatePair } from "../routing/nginx/spread-certificate.ts";
import { Secret } from "../secrets/secret.ts";
import { certificateProgram, directoryRootFile, layoutOf, type SetupRequest } from "./setup-request.ts";
import type { SetupHost } from "./run-items.ts";

const withinMs = 5 * 60_000;

/** Has certbot ask the authority, from the host that answers it. */
export async function askAuthority(
  host: SetupHost,
  request: SetupRequest,
  signal: AbortSignal,
): Promise<void> {
  const { domains } = request.environment;
  if (domains?.certificate.kind !== "acme") return;
  const layout = layoutOf(request);
  const { command, environment } = issueCommand({
    id: layout.id,
    names: certificateNames(domains),
    certificate: domains.certificate,
    webroot: debianPlaces.acme,
    hook: certificateProgram(layout),
    ...(request.directoryRoot !== undefined && { directoryRoot: directoryRootFile(layout) }),
  });
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  await asRoot(
    host,
    ["env", ...variables, ...command],
    undefined,
    signal,
    "The authority gave no certificate",
  );
}

/** Has certbot renew it no more, where it ever did. */
export async function forgetCertificate(
  host: SetupHost,
  request: SetupRequest,
  signal: AbortSignal,
): Promise<void> {
  const { id } = layoutOf(request);
  const script = '[ ! -e "/etc/letsencrypt/renewal/$1.conf" ] || { shift; exec "$@"; }';
  const { command } = forgetCommand({ id });
  const words = ["sh", "-c", script, "sh", id, ...command];
  await asRoot(host, words, undefined, signal, "certbot did not forget the certificate");
}

/** A host's certificate, for who sends it from one to the others. */
export function certificateHost(host: SetupHost, request: SetupRequest): CertificateHost {
  const layout = layoutOf(request);
  const [chain, key] = ["chain.pem", "key.pem"].map((name) => `${layout.certificates}/${name}`);
  const read = (file = "", signal: AbortSignal) =>
    asRoot(
      host,
      ["sh", "-c", '[ ! -e "$1" ] || cat -- "$1"', "sh", file],
      undefined,
      signal,
      `${file} can't be read`,
    );
  return {
    name: host.name,
    chain: async (signal) => {
      const text = await read(chain, signal);
      return text === "" ? undefined : text;
    },
    key: async (signal) => new Secret(await read(key, signal)),
    install: async (pair, signal) => {
      await asRoot(
        host,
        ["/bin/sh", "-s"],
        installScript(pair, certificateProgram(layout)),
        signal,
        "The certificate could not be put in place",
      );
    },
  };
}

/** By standard input, in a folder of root's own that is gone at the end: a key in an argument could be read by everybody. */
function installScript({ chain, key }: CertificatePair, program: string): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return `umask 077
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
base64 -d >"$work/chain" <<'END'
${base64(chain)}
END
base64 -d >"$work/key" <<'END'
${base64(key.reveal())}
END
${shellLine([program])} "$work/chain" "$work/key" </dev/null
`;
}

async function asRoot(
  {
    name,
    connection,
    as,
  }: { readonly name: string; readonly connection: Connection; readonly as: "root" | undefined },
  command: readonly string[],
  input: string | undefined,
  signal: AbortSignal,
  what: string,
): Promise<string> {
  const { exitCode, stdout, stderr } = await connection.run(
    command,
    { input, as, timeoutMs: withinMs },
    signal,
  );
  if (exitCode === 0) return stdout;
  throw new CozyError("setup-failed", {
    message: `${name}: ${what}.`,
    details: stderr.trimEnd().split("\n").slice(-15),
    state: `${name} is set up but for that; whatever serves there goes on.`,
  });
}
