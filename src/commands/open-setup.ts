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
import { asksAuthority } from "../setup/certificate-needs.ts";
import { firstHostName } from "../setup/certificate-sharing.ts";
import { firstAddress } from "../setup/first-address.ts";
import type { HostSetupParts } from "../setup/host-setup.ts";
import type { SetupRequest } from "../setup/setup-request.ts";
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

/** What a set-up takes to the hosts from where it is given. */
interface Brought extends Pick<SetupRequest, "deployKeys" | "sitePassword" | "directoryRoot"> {
  readonly given: CertificatePair | undefined;
}

/** As much as the opening of a set-up asks of the command's surroundings. */
type Surroundings = Pick<CommandContext, "env" | "homeFolder" | "now" | "version">;
type Opened = Pick<OpenEnvironment, "project" | "environment">;

/**
 * All that is needed to set the hosts of an environment up; whatever is missing here is told before any host is touched. To take the
 * environment away from them nothing has to be brought: not a certificate that has run out, nor a password that nobody knows any more.
 */
export async function openSetup(
  context: Surroundings,
  opened: Opened,
  goal: "set up" | "removal" = "set up",
): Promise<OpenSetup> {
  const { project, environment } = opened;
  const { target } = environment;
  if (target.kind !== "servers") throw noServers(environment.name);
  const { given, ...brought } = goal === "removal" ? nothing : await broughtAlong(context, opened, target);
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
      ...brought,
      challenge,
      ...(host !== first && { firstHostKeys }),
      now: context.now(),
    },
  });
  const challengeOf = async (host: ServerHost): Promise<Challenge> =>
    goal === "removal" ? { kind: "here" } : challengeFor({ environment, target }, host, first);
  const hosts = serving.map(async (host) => partsOf(host, await challengeOf(host)));
  const alone = builder !== undefined && !serving.includes(builder);
  return {
    target,
    hosts: await Promise.all(hosts),
    builder: alone ? await partsOf(builder, { kind: "here" }) : undefined,
    given,
  };
}

const nothing: Brought = {
  deployKeys: [],
  sitePassword: undefined,
  directoryRoot: undefined,
  given: undefined,
};

async function broughtAlong(context: Surroundings, opened: Opened, target: ServersTarget): Promise<Brought> {
  const [deployKeys, sitePassword, directoryRoot, given] = await Promise.all([
    publicKeys(target),
    resolveSitePassword(context, opened),
    directoryRootOf(opened),
    givenCertificate(context, opened, target),
  ]);
  return { deployKeys, sitePassword, directoryRoot, given };
}

/** The other hosts pass what an authority asks for to the first, which nginx has to know by its IP address. */
async function challengeFor(
  { environment, target }: Parameters<typeof asksAuthority>[0],
  host: ServerHost,
  first: ServerHost | undefined,
): Promise<Challenge> {
  if (first === undefined || host === first || !asksAuthority({ environment, target }))
    return { kind: "here" };
  return { kind: "passed", to: await firstAddress(first) };
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

async function directoryRootOf({ environment: { domains } }: Opened): Promise<string | undefined> {
  const { certificate } = domains ?? {};
  if (certificate?.kind !== "acme" || certificate.directoryRoot === undefined) return undefined;
  return readFile(certificate.directoryRoot, "utf8");
}

async function givenCertificate(
  { now }: Surroundings,
  { environment: { domains } }: Opened,
  { balancer }: ServersTarget,
): Promise<CertificatePair | undefined> {
  if (domains?.certificate.kind !== "given" || !endsTls({ domains, balancer })) return undefined;
  const { chain: chainFile, key: keyFile } = domains.certificate;
  const [chain, keyText] = await Promise.all([textOfCertificate(chainFile), textOfCertificate(keyFile)]);
  const key = new Secret(keyText);
  checkGivenCertificate({ chain, key, chainFile, keyFile }, certificateNames(domains), now());
  return { chain, key };
}

async function textOfCertificate(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new CozyError("certificate-unusable", {
      message: `The file of the certificate or its key can't be read: ${messageOf(error)}`,
      state: "Nothing was changed.",
      next: `Put it at ${file}, or write into the project file where it lies.`,
    });
  }
}

function noServers(environment: string): CozyError {
  return new CozyError("nothing-to-set-up", {
    message: `${environment} runs on this machine, where nothing has to be set up.`,
    state: "Nothing was changed.",
    next: `cozy deploy ${environment}`,
  });
}
