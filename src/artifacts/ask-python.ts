import { isFields, hasStrings } from "./kept-file.ts";
import { runProgram } from "./run-program.ts";

export interface FoundPython {
  /** Exact: `3.12.4`; a release candidate has its letters. */
  readonly version: string;
  /** The program itself, not a stand-in or a virtual environment's link. */
  readonly binary: string;
  /** Part of a macOS framework, which can't be moved. */
  readonly framework: boolean;
}

const question = `
import json, os, platform, sys, sysconfig
sys.stdout.write("\\n" + json.dumps({
    "implementation": platform.python_implementation(),
    "version": platform.python_version(),
    "binary": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "framework": bool(sysconfig.get_config_var("PYTHONFRAMEWORK")),
}) + "\\n")
`;

/** A version manager's program is a stand-in, so the real one is asked for its own place; `undefined` where none answers. */
export async function askPython(
  file: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<FoundPython | undefined> {
  const command = [file, "-I", "-c", question];
  const result = await runProgram({ command, folder: "/", env, timeoutMs: 10_000 }, signal);
  if (result.exitCode !== 0) return undefined;
  const answer = lastObject(result.stdout);
  if (!hasStrings(answer, "implementation", "version", "binary")) return undefined;
  // Packages with compiled parts, and servers such as gunicorn, are made for CPython.
  if (answer.implementation !== "CPython") return undefined;
  return { version: answer.version, binary: answer.binary, framework: answer["framework"] === true };
}

/** The JSON object that a script printed last: what runs at a Python's start may print lines of its own. */
export function lastObject(stdout: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
