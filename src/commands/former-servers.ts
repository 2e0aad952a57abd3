import { relative } from "node:path";
import { knownHostsFile, readKnownHosts } from "../hosts/ssh/known-hosts-file.ts";
import { knownName, namesPinned } from "../hosts/ssh/known-hosts.ts";
import type { Project } from "../project/project.ts";
import type { Fleet } from "../release/fleet.ts";
import { listed } from "../shared/words.ts";
import type { OpenEnvironment } from "./open-environment.ts";

/**
 * What has to be said before a first deploy where the project has pinned servers that its file names no more: a list that was replaced
 * whole looks like an environment that never was, and only these pins tell of another past.
 */
export async function formerServersWarnings(
  { project, environment: { name, target } }: Pick<OpenEnvironment, "project" | "environment">,
  fleet: Fleet,
): Promise<readonly string[]> {
  const isFirst = fleet.every(({ releases, current }) => releases.length === 0 && current === undefined);
  if (target.kind !== "servers" || !isFirst) return [];
  const file = knownHostsFile(project.root);
  const named = namesIn(project);
  const former = namesPinned(await readKnownHosts(file)).filter(
    (names) => !names.some((one) => named.has(one)),
  );
  return formerServersText(
    former.flatMap((names) => names.slice(0, 1)),
    { environment: name, file: relative(project.root, file) },
  );
}

/** Pure. */
export function formerServersText(
  former: readonly string[],
  { environment, file }: { readonly environment: string; readonly file: string },
): readonly string[] {
  if (former.length === 0) return [];
  const [which, them, lines] =
    former.length === 1 ? ["it", "it", "its line"] : ["one of them", "that one", "their lines"];
  return [
    `None of the servers of ${environment} has a release, so its history begins anew. ${file} also pins ${listed(former)}, which no environment names any more. Where ${which} kept ${environment} until now, the history and the values of generated() are there yet: put ${them} into the list behind the others, then: cozy move-keeper ${environment}. Where not, take ${lines} out of ${file}.`,
  ];
}

/** Those that any environment serves or builds on, as their keys are kept. */
function namesIn({ environments }: Pick<Project, "environments">): ReadonlySet<string> {
  const servers = Object.values(environments).flatMap(({ target }) =>
    target.kind === "servers"
      ? [...target.hosts, ...(target.builder === undefined ? [] : [target.builder])]
      : [],
  );
  return new Set(servers.map(({ address, sshPort }) => knownName(address, sshPort)));
}
