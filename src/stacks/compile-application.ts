import { readdir, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { runProgram } from "../artifacts/run-program.ts";

/**
 * Compiles as the same text always comes out: the order is given, and what is compiled is not held against the source's time, which a
 * release does not keep. What has a fault of its own is left for Python to tell when it is imported.
 */
const script = `
import json, py_compile, sys
with open(sys.argv[1], encoding="utf-8") as file:
    paths = json.load(file)
for path in paths:
    try:
        py_compile.compile(path, dfile=path, quiet=2,
                           invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    except OSError:
        pass
`;

export interface CompileRequest {
  /** The application's folder. */
  readonly folder: string;
  /** Its files, relative to it. */
  readonly files: readonly string[];
  /** A folder for what only this needs. */
  readonly work: string;
  readonly python: string;
  readonly timeoutMs: number;
}

/** Lays the bytecode of an application beside its code, so that a start need not make it and writes nothing. */
export async function compileApplication(request: CompileRequest, signal: AbortSignal): Promise<void> {
  const { folder, work, python, timeoutMs } = request;
  const files = request.files.filter((path) => path.endsWith(".py")).sort();
  const [list, program] = [join(work, "compile.json"), join(work, "compile.py")];
  await Promise.all([writeFile(list, JSON.stringify(files)), writeFile(program, script)]);
  const env = { LANG: "C.UTF-8", PYTHONHASHSEED: "0" };
  await runProgram({ command: [python, "-I", "-B", program, list], folder, env, timeoutMs }, signal);
}

/** Every file of a folder, relative to it; links are not followed. */
export async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => posix.join(parentPath.slice(folder.length + 1), name));
}
