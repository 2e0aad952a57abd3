import { execFile } from "node:child_process";

/**
 * What a script answers, as JSON, in a process of its own: what works without a pause, as SQLite does, must not keep this one from
 * renewing a lease, and a process can be ended at a deadline. The script is CommonJS text, so that it needs no file that a bundle
 * would have to bring; its arguments begin at `process.argv[1]`, and it finds an empty environment.
 */
export async function answerOf(
  script: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<unknown> {
  signal.throwIfAborted();
  const words = ["--no-warnings", "-e", script, "--", ...args];
  const options = { signal, env: {}, maxBuffer: 64e6, killSignal: "SIGKILL" } as const;
  const text = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, words, options, (error, stdout, stderr) => {
      // The error's own message would hold the whole script.
      if (error) reject(new Error(`ended with ${error.code ?? error.signal}: ${stderr.slice(-500)}`));
      else resolve(stdout);
    });
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  const value: unknown = JSON.parse(text);
  return value;
}
