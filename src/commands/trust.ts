import { relative } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { notTrusted } from "../hosts/ssh/connect-errors.ts";
import { knownHostsFile, readKnownHosts, writeKnownHosts } from "../hosts/ssh/known-hosts-file.ts";
import {
  fingerprint,
  knownName,
  pinnedKeys,
  standingOf,
  withKey,
  type HostKey,
} from "../hosts/ssh/known-hosts.ts";
import { shownKey } from "../hosts/ssh/shown-key.ts";
import { sshPlace } from "../hosts/ssh/ssh-place.ts";
import { loadProject } from "../project/load-project.ts";
import type { Project } from "../project/project.ts";
import type { ServerHost, ServersTarget } from "../project/servers.ts";
import { nearest } from "../shared/nearest.ts";
import { askYesOrNo } from "./ask-yes-or-no.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand } from "./define-command.ts";
import { comparisonText, trustText, type TrustReport } from "./trust-text.ts";

export const command = defineCommand({
  name: "trust",
  description:
    "Shows the key of a host, asks whether it is the host's own, and pins it in .cozy/known_hosts, which is committed with the project. Where no key is pinned, or the host shows another one, no command connects, and nothing is changed on any host. Nobody logs in here.",
  arguments: [{ name: "host", help: "a host, or an environment for all of its hosts" }],
  options: {
    fingerprint: {
      kind: "text",
      placeholder: "SHA256:…",
      help: "trust without being asked what has this fingerprint; several with commas between",
    },
    replace: { kind: "flag", help: "take the place of another key that is trusted for the host" },
  },
  examples: [
    "cozy trust production",
    "cozy trust web-2 --replace",
    "cozy trust web-1 --fingerprint SHA256:Uz1c1V5Wgq3vSzCdoVP8aeoFOwYJCjmZs2pVJbGQ1xU",
  ],
  async run(context, { args, options }) {
    const project = await loadProject({
      from: context.cwd,
      configPath: context.configPath,
      env: context.env,
      homeFolder: context.homeFolder,
    });
    const file = knownHostsFile(project.root);
    const expected = options.fingerprint?.split(",").map((one) => one.trim());
    const reports: TrustReport[] = [];
    // One after the other, since a person compares them.
    for (const found of hostsMeant(project, args.host ?? "")) {
      reports.push(await trust(context, found, { file, expected, replace: options.replace }));
    }
    printResult(context, reports, () => trustText(reports, relative(context.cwd, file)));
    return 0;
  },
});

interface Found {
  readonly target: ServersTarget;
  readonly host: ServerHost;
}

interface TrustOptions {
  readonly file: string;
  readonly expected: readonly string[] | undefined;
  readonly replace: boolean;
}

async function trust(
  context: CommandContext,
  { target, host }: Found,
  options: TrustOptions,
): Promise<TrustReport> {
  const { file, expected, replace } = options;
  const place = sshPlace(target, host, "set up");
  const uid = process.getuid?.() ?? 0;
  const shown = await shownKey(place, { env: context.env, uid }, context.signal);
  const known = await readKnownHosts(file);
  const name = knownName(host.address, host.sshPort);
  const standing = standingOf(known, name, shown);
  const report = {
    host: host.name,
    address: host.address,
    port: host.sshPort,
    type: shown.type,
    fingerprint: fingerprint(shown),
  };
  if (standing === "pinned") return { ...report, outcome: "was trusted" };
  if (standing === "revoked" || (standing === "changed" && !replace))
    throw notTrusted(place, shown, standing);
  const former = pinnedKeys(known, name);
  await compare(context, { host, shown, former, expected });
  await writeKnownHosts(file, withKey(await readKnownHosts(file), name, shown));
  return { ...report, outcome: standing === "changed" ? "replaced" : "trusted" };
}

interface Comparison {
  readonly host: ServerHost;
  readonly shown: HostKey;
  readonly former: readonly HostKey[];
  readonly expected: readonly string[] | undefined;
}

/** By the fingerprint that was given, else by a person; nothing is trusted because it came first. */
async function compare(
  context: CommandContext,
  { host, shown, former, expected }: Comparison,
): Promise<void> {
  const print = fingerprint(shown);
  if (expected !== undefined) {
    if (!expected.includes(print)) throw notTheSame(host, print, `which is not ${expected.join(" or ")}`);
    return;
  }
  const answer = await askYesOrNo(context, comparisonText(host, shown, former));
  if (answer === "yes") return;
  throw notTheSame(
    host,
    print,
    answer === "no"
      ? "and was not found to be the host's own"
      : "and nobody is here to compare it with the host's own",
  );
}

function notTheSame(host: ServerHost, print: string, why: string): CozyError {
  return new CozyError("host-key-not-compared", {
    message: `${host.name} shows the key ${print}, ${why}.`,
    state: `${host.name} is trusted no more than before; nobody logged in.`,
    next: `Look at the host's own fingerprint, then: cozy trust ${host.name} --fingerprint <that one>`,
  });
}

/** By the name of an environment, or of a host in any of them; the same machine once. */
function hostsMeant(project: Project, word: string): readonly Found[] {
  const environments = Object.values(project.environments);
  const all = environments.flatMap(({ name, target }) =>
    target.kind === "servers" ? hostsOf(target).map((host) => ({ environment: name, target, host })) : [],
  );
  const ofEnvironment = all.filter(({ environment }) => environment === word);
  const meant =
    ofEnvironment.length > 0
      ? ofEnvironment
      : all.filter(({ host }) => host.name === word || host.address === word);
  if (meant.length === 0) throw unknownHost(project, word, all);
  const byName = new Map(meant.map((found) => [knownName(found.host.address, found.host.sshPort), found]));
  return [...byName.values()];
}

/** Those that serve, and the one that builds. */
function hostsOf({ hosts, builder }: ServersTarget): readonly ServerHost[] {
  return builder === undefined || hosts.includes(builder) ? hosts : [...hosts, builder];
}

function unknownHost(
  project: Project,
  word: string,
  all: readonly (Found & { readonly environment: string })[],
): CozyError {
  const names = [...new Set(all.flatMap(({ environment, host }) => [environment, host.name]))];
  const near = nearest(word, names);
  return new CozyError("wrong-usage", {
    message: `${project.name} has no host and no environment with hosts that is called "${word}"${near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "."}`,
    details: all.map(({ environment, host }) => `${environment}: ${host.name}`),
  });
}
