import { runProgram } from "./run-program.ts";

export interface FoundNode {
  readonly version: string;
  readonly binary: string;
}

/** A version manager's `node` is a stand-in, so the real one is asked for its own place. */
export async function askNode(file: string, signal: AbortSignal): Promise<FoundNode | undefined> {
  const command = [file, "-p", "JSON.stringify([process.versions.node, process.execPath])"];
  const result = await runProgram({ command, folder: "/", env: {}, timeoutMs: 10_000 }, signal);
  if (result.exitCode !== 0) return undefined;
  try {
    const answer: unknown = JSON.parse(result.stdout);
    const [version, binary]: readonly unknown[] = Array.isArray(answer) ? answer : [];
    return typeof version === "string" && typeof binary === "string" ? { version, binary } : undefined;
  } catch {
    return undefined;
  }
}
