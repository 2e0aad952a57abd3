import { platformName, type Platform } from "../artifacts/platform.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { ServersTarget } from "../project/servers.ts";
import { listed } from "../shared/words.ts";

export interface HostPlatform {
  readonly host: string;
  readonly platform: Platform;
}

export interface PlatformsRequest {
  readonly target: Pick<ServersTarget, "builder">;
  /** What would be built for. */
  readonly built: Platform;
  /** The hosts that are to get it. */
  readonly platforms: readonly HostPlatform[];
}

/** Refuses a deploy of an artifact that could not run on one of its hosts, before anything of it is built. Pure. */
export function refuseOtherPlatforms({ target, built, platforms }: PlatformsRequest): void {
  const byName = new Map<string, string[]>();
  for (const { host, platform } of platforms) {
    const name = platformName(platform);
    byName.set(name, [...(byName.get(name) ?? []), host]);
  }
  if ([...byName.keys()].every((name) => name === platformName(built))) return;
  throw byName.size > 1 ? mixed(byName) : differs(target, platformName(built), byName);
}

type ByName = ReadonlyMap<string, readonly string[]>;

function differs({ builder }: PlatformsRequest["target"], built: string, hosts: ByName): CozyError {
  const [first = ""] = [...hosts.values()].flat();
  const who =
    builder === undefined ? "This machine builds" : `${builder.name} is declared to build, and builds`;
  return refusal({
    message: `${who} for ${built}, and ${textOf(hosts)}: what is compiled does not run there.`,
    next: `Have a server of that platform build, such as the first one: servers([…], { builder: host(${JSON.stringify(first)}) }); see docs/guide/building.md`,
  });
}

function mixed(hosts: ByName): CozyError {
  return refusal({
    message: `No artifact runs on all of these servers: ${textOf(hosts)}.`,
    next: "Have servers of one platform in an environment, and the others in one of their own.",
  });
}

function textOf(hosts: ByName): string {
  const texts = [...hosts].map(
    ([platform, names]) => `${listed(names)} ${names.length === 1 ? "is" : "are"} ${platform}`,
  );
  return texts.join("; ");
}

function refusal(words: { readonly message: string; readonly next: string }): CozyError {
  return new CozyError("platform-differs", {
    ...words,
    state: "Nothing was built, and nothing was changed.",
  });
}
