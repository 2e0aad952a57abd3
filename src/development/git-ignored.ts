import type { Variables } from "./platform.ts";

/** Of these paths, those that git ignores; none where there is no git, or no repository. */
export async function gitIgnored(
  folder: string,
  paths: readonly string[],
  env: Variables,
): Promise<Set<string>> {
  const { spawn } = await import("node:child_process");
  return new Promise((resolve) => {
    const child = spawn("git", ["check-ignore", "-z", "--stdin"], {
      cwd: folder,
      env: { ...env },
      stdio: ["pipe", "pipe", "ignore"],
      timeout: 5_000,
    });
    let answer = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
    child.once("error", () => resolve(new Set()));
    child.once("close", (code) => resolve(new Set(code === 0 ? answer.split("\0").filter(Boolean) : [])));
    child.stdin.on("error", () => undefined); // it may have ended before it has read everything
    child.stdin.end(paths.join("\0"));
  });
}
