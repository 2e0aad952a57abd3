import { mkdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import { parseKnownHosts, type KnownHosts } from "./known-hosts.ts";

/** The project's own pinned keys: committed, so that whoever deploys goes by the same ones. */
export function knownHostsFile(projectRoot: string): string {
  return join(projectRoot, ".cozy", "known_hosts");
}

export async function readKnownHosts(file: string): Promise<KnownHosts> {
  const known = parseKnownHosts(await textOf(file));
  if (known.damaged.length > 0) throw damaged(file, known.damaged);
  return known;
}

export async function writeKnownHosts(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeAtomically(file, text, 0o644);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
}

function damaged(file: string, lines: readonly number[]): CozyError {
  const name = relative(process.cwd(), file);
  return new CozyError("known-hosts-damaged", {
    message: `${name} has lines that are no keys: ${lines.join(", ")}. While it may be damaged, no host is trusted.`,
    state: "Nothing was changed.",
    next: `git log -p -- ${name}; then mend or remove those lines`,
  });
}
