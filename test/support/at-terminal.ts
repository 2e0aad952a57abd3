import { spawn } from "node:child_process";
import { shellLine } from "../../src/hosts/ssh/quote.ts";
import { cozyBinary, type Sandbox } from "./sandbox.ts";

/** All that cozy shows at a terminal of its own, and its exit code; what is typed there is typed once a text is shown. */
export async function atTerminal(
  { project, env }: Pick<Sandbox, "project" | "env">,
  args: readonly string[],
  typing?: { readonly after: string; readonly text: string },
): Promise<{ readonly code: number; readonly shown: string }> {
  const line = `stty cols 100 && exec ${shellLine([process.execPath, cozyBinary, ...args])}`;
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    cwd: project,
    env: { ...env, SHELL: "/bin/sh", TERM: "xterm" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  let hasTyped = typing === undefined;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    if (hasTyped || typing === undefined || !shown.includes(typing.after)) return;
    hasTyped = true;
    child.stdin.write(typing.text);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve(exitCode ?? 128));
  });
  return { code, shown };
}
