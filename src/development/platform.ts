import { posix, win32 } from "node:path";

/** Handed in everywhere, so that what only Windows does is tested on any machine. */
export type Platform = NodeJS.Platform;

export type Variables = Readonly<Record<string, string | undefined>>;

/** Paths as the platform writes them. */
export function pathsOf(platform: Platform): typeof posix {
  return platform === "win32" ? win32 : posix;
}

/** The folder of a virtual environment's programs. */
export function venvPrograms(venv: string, platform: Platform): string {
  return pathsOf(platform).join(venv, platform === "win32" ? "Scripts" : "bin");
}

export function venvPython(venv: string, platform: Platform): string {
  return pathsOf(platform).join(venvPrograms(venv, platform), platform === "win32" ? "python.exe" : "python");
}

/** Names that a program's file may have, in the order in which the platform tries them. */
export function fileNamesOf(program: string, { PATHEXT }: Variables, platform: Platform): string[] {
  if (platform !== "win32" || win32.extname(program) !== "") return [program];
  return (PATHEXT ?? ".COM;.EXE;.BAT;.CMD")
    .split(";")
    .filter(Boolean)
    .map((extension) => program + extension.toLowerCase());
}

/** The same variables with folders before everything else on the search path, under the name that it has there: `Path` on Windows. */
export function withProgramsFirst(
  env: Readonly<Record<string, string>>,
  folders: readonly string[],
  platform: Platform,
): Record<string, string> {
  const name = searchPathName(env, platform);
  const rest = env[name] ?? "";
  const all = [...folders, ...(rest === "" ? [] : [rest])].join(pathsOf(platform).delimiter);
  return { ...env, [name]: all };
}

export function searchPathOf(env: Variables, platform: Platform): string[] {
  const value = env[searchPathName(env, platform)] ?? "";
  return value.split(pathsOf(platform).delimiter).filter(Boolean);
}

function searchPathName(env: Variables, platform: Platform): string {
  if (platform !== "win32") return "PATH";
  return Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "Path";
}

/** What ends a process and all that it started, where there are no process groups. */
export function killTreeCommand(pid: number): readonly string[] {
  return ["taskkill", "/T", "/F", "/PID", String(pid)];
}

/** How a command reads when somebody is to type it. */
export function typed(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : JSON.stringify(word))).join(" ");
}
