import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Runs a program that sets something up, with what it says in a file, or nowhere: one that goes into the background would hold a pipe open.
 * Gives its exit code; `null` where a signal ended it.
 */
export async function runToFile(
  command: readonly string[],
  { env, said }: { readonly env: Variables; readonly said?: string },
  signal: AbortSignal,
): Promise<number | null> {
  signal.throwIfAborted();
  const [program = "", ...args] = command;
  const file = said === undefined ? undefined : await open(said, "w", 0o600);
  const output = file?.fd ?? "ignore";
  try {
    return await new Promise<number | null>((resolve, reject) => {
      const child = spawn(program, args, {
        env: { ...env },
        detached: true,
        stdio: ["ignore", output, output],
      });
      const onAbort = () => child.kill("SIGKILL");
      signal.addEventListener("abort", onAbort, { once: true });
      child.once("error", (error) =>
        reject(systemCode(error) === "ENOENT" ? programMissing(program) : error),
      );
      child.once("exit", (exitCode) => {
        signal.removeEventListener("abort", onAbort);
        if (signal.aborted) reject(signal.reason);
        else resolve(exitCode);
      });
    });
  } finally {
    await file?.close();
  }
}

/** The last lines of what was said, for a person. */
export async function lastSaid(said: string): Promise<string[]> {
  const text = await readFile(said, "utf8").catch(() => "");
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .slice(-5);
}

export function programMissing(program: string): CozyError {
  return new CozyError("ssh-missing", {
    message: `${program} is not installed here; hosts are reached by it.`,
    state: "Nothing was changed.",
    next: `apt-get install ${program === "rsync" ? "rsync" : "openssh-client"}`,
  });
}
