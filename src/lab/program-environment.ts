import { systemFolders } from "./requirements.ts";

/** What the lab's programs find of this process's environment: the system's own programs come first, not those of a user. */
export function programEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const path = [...systemFolders, process.env["PATH"] ?? ""].join(":");
  return { PATH: path, HOME: "/root", LC_ALL: "C.UTF-8", ...more };
}
