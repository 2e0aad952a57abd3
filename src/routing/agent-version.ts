import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** The version of an agent: a hash of its file, so that a changed agent is replaced whatever the package calls itself. */
export async function agentVersion(agentFile: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(agentFile))
    .digest("hex")
    .slice(0, 16);
}
