import { messageOf } from "../errors/cozy-error.ts";
import { tryProgram } from "./run-program.ts";

/** Where the machine gets Debian 12's packages from, as its own apt says; hosts of a lab get theirs from there too. */
export interface PackageSources {
  /** At most one for each suite and component; none where the machine runs another system. */
  readonly sources: readonly PackageSource[];
  /** The machine's own HTTP proxy, which may hold a password: not for messages. */
  readonly proxy: string | undefined;
  /** Words of apt's own that have to hold in a host too: whether dates of lists are looked at. */
  readonly options: Readonly<Record<string, string>>;
}

export interface PackageSource {
  readonly uri: string;
  readonly suite: string;
  readonly component: string;
}

const release = "bookworm";
const targetFormat = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
const takenOver = ["Acquire::Check-Valid-Until", "Acquire::Check-Date"];
const nothing: PackageSources = { sources: [], proxy: undefined, options: {} };

export async function packageSources(signal: AbortSignal): Promise<PackageSources> {
  const targets = await asked(
    ["apt-get", "indextargets", "--format", targetFormat, "Created-By: Packages"],
    signal,
  );
  if (targets === undefined) return nothing;
  const options: Record<string, string> = {};
  for (const name of takenOver) {
    const value = await setting(name, signal);
    if (value !== undefined) options[name] = value;
  }
  return { sources: sourcesIn(targets), proxy: await setting("Acquire::http::Proxy", signal), options };
}

/** From what `apt-get indextargets` prints: one line for each list that apt keeps. */
export function sourcesIn(targets: string): readonly PackageSource[] {
  const found = new Map<string, PackageSource>();
  for (const line of targets.split("\n")) {
    const [uri = "", suite = "", component = ""] = line.trim().split(" ");
    const meant = suite === release || suite.startsWith(`${release}-`);
    if (!meant || component !== "main" || !/^https?:\/\/[^@]+$/.test(uri)) continue;
    const key = `${suite} ${component}`;
    if (!found.has(key)) found.set(key, { uri: uri.replace(/\/$/, ""), suite, component });
  }
  return [...found.values()].sort((a, b) => a.suite.localeCompare(b.suite));
}

/** `name:port` of all that a host reaches packages from, by its `sources.list`. */
export function sourceAddresses(sourcesList: string): readonly string[] {
  const addresses = [...sourcesList.matchAll(/^deb\s.*?(https?:\/\/\S+)/gm)].map(([, uri = ""]) => {
    const { hostname, port, protocol } = new URL(uri);
    return `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`;
  });
  return [...new Set(addresses)].toSorted((a, b) => a.localeCompare(b));
}

async function setting(name: string, signal: AbortSignal): Promise<string | undefined> {
  const value = await asked(["apt-config", "dump", "--no-empty", "--format", "%v%n", name], signal);
  const text = value?.trim() ?? "";
  return text === "" || text === "DIRECT" ? undefined : text;
}

/** `undefined` where the machine has no apt. */
async function asked(command: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await tryProgram(command, signal);
    return exitCode === 0 ? stdout : undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (messageOf(error).includes("ENOENT")) return undefined;
    throw error;
  }
}
