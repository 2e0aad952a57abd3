import { lookup } from "node:dns/promises";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { linesFor } from "../hosts/ssh/known-hosts.ts";
import { knownHostsFile, readKnownHosts } from "../hosts/ssh/known-hosts-file.ts";
import { sshConnection } from "../hosts/ssh/ssh-connection.ts";
import { sshPlace } from "../hosts/ssh/ssh-place.ts";
import type { ServerHost, ServersTarget } from "../project/servers.ts";
import { checkGivenCertificate } from "../routing/nginx/certificate-state.ts";
import { certificateNames, endsTls, type Challenge } from "../routing/nginx/site-facts.ts";
import type { CertificatePair } from "../routing/nginx/spread-certificate.ts";
import { Secret } from "../secrets/secret.ts";
import { firstHostName } from "../setup/certificate-sharing.ts";
import type { HostSetupParts } from "../setup/host-setup.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { resolveSitePassword } from "./resolve-values.ts";

type HostParts = Omit<HostSetupParts, "check">;

export interface OpenSetup {
  readonly target: ServersTarget;
  readonly hosts: readonly HostParts[];
  /** The server that builds, where it is none of those. */
  readonly builder: HostParts | undefined;
  readonly given: CertificatePair | undefined;
}

/** All that is needed to set the hosts of an environment up; whatever is missing here is told before any host is touched. */
export async function openSetup(context: CommandContext, opened: OpenEnvironment): Promise<OpenSetup> {
  const { project, environment } = opened;
  const { target } = environment;
  if (target.kind !== "servers") throw noServers(environment.name);
  const [deployKeys, sitePassword, directoryRoot, given] = await Promise.all([
    publicKeys(target),
    resolveSitePassword(context, opened),
    directoryRootOf(opened),
    givenCertificate(context, opened, target),
  ]);
  const options = {
    knownHosts: knownHostsFile(project.root),
    env: context.env,
    uid: process.getuid?.() ?? 0,
    now: context.now,
    random: Math.random,
  };
  const { hosts: serving, builder } = target;
  const [first] = serving;
  const known = await readKnownHosts(options.knownHosts);
  const firstHostKeys = linesFor(known, firstHostName({ target }) ?? "");
  const partsOf = async (host: ServerHost, challenge: Challenge): Promise<HostParts> => ({
    name: host.name,
    connection: await sshConnection(sshPlace(target, host, "set up"), options),
    as: target.setupUser === "root" ? undefined : "root",
    openAnew: async () => {
      const connection = await sshConnection(sshPlace(target, host, "deploy"), options);
      await connection.end();
      return connection;
    },
    version: context.version,
    request: {
      project,
      environment,
      target,
      deployKeys,
      sitePassword,
      challenge,
      ...(host !== first && { firstHostKeys }),
      directoryRoot,
      now: context.now(),
    },
  });
  const hosts = serving.map(async (host) => partsOf(host, await challengeFor(host, first)));
  const alone = builder !== undefined && !serving.includes(builder);
  return {
    target,
    hosts: await Promise.all(hosts),
    builder: alone ? await partsOf(builder, { kind: "here" }) : undefined,
    given,
  };
}

/** The other hosts pass what the authority asks for to the first, which nginx has to know by its IP address. */
async function challengeFor(host: ServerHost, first: ServerHost | undefined): Promise<Challenge> {
  if (first === undefined || host === first) return { kind: "here" };
  const { address } = await lookup(first.address);
  return { kind: "passed", to: address };
}

/** Of the declared identity; without one, whoever may set up may deploy as well. */
async function publicKeys({ identity }: ServersTarget): Promise<readonly string[]> {
  if (identity === undefined) return [];
  try {
    return [(await readFile(`${identity}.pub`, "utf8")).trim()];
  } catch {
    // The public half can be had from the private one, unless that has a passphrase.
    const { stdout } = await promisify(execFile)("ssh-keygen", ["-y", "-P", "", "-f", identity]).catch(
      (error: unknown) => {
        throw new CozyError("login-refused", {
          message: `The public key of ${identity} can't be read: ${messageOf(error)}`,
          state: "Nothing was changed.",
          next: `ssh-keygen -y -f ${identity} > ${identity}.pub`,
        });
      },
    );
    return [stdout.trim()];
  }
}

async function directoryRootOf({ environment: { domains } }: OpenEnvironment): Promise<string | undefined> {
  const { certificate } = domains ?? {};
  if (certificate?.kind !== "acme" || certificate.directoryRoot === undefined) return undefined;
  return readFile(certificate.directoryRoot, "utf8");
}

async function givenCertificate(
  { now }: CommandContext,
  { environment: { domains } }: OpenEnvironment,
  { balancer }: ServersTarget,
): Promise<CertificatePair | undefined> {
  if (domains?.certificate.kind !== "given" || !endsTls({ domains, balancer })) return undefined;
  const { chain: chainFile, key: keyFile } = domains.certificate;
  const [chain, keyText] = await Promise.all([readFile(chainFile, "utf8"), readFile(keyFile, "utf8")]);
  const key = new Secret(keyText);
  checkGivenCertificate({ chain, key, chainFile, keyFile }, certificateNames(domains), now());
  return { chain, key };
}

function noServers(environment: string): CozyError {
  return new CozyError("nothing-to-set-up", {
    message: `${environment} runs on this machine, where nothing has to be set up.`,
    state: "Nothing was changed.",
    next: `cozy deploy ${environment}`,
  });
}
