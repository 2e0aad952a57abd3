import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";

/** The socket of one proxy process; `controlSocket` itself is a link to the newest one's. */
export function controlSocketOf(controlSocket: string, pid: number): string {
  return join(dirname(controlSocket), `${basename(controlSocket, ".sock")}.${pid}.sock`);
}

/** Whose socket it is. */
export function pidOf(socket: string): number {
  return Number(/\.(\d+)\.sock$/.exec(socket)?.[1]);
}

/** The sockets of all proxy processes of an environment: the one that listens and those that drain; dead ones may be among them. */
export async function controlSockets(controlSocket: string): Promise<string[]> {
  const [folder, name] = [dirname(controlSocket), basename(controlSocket, ".sock")];
  try {
    const names = await readdir(folder);
    return names
      .filter((one) => one.startsWith(`${name}.`) && /^\d+\.sock$/.test(one.slice(name.length + 1)))
      .map((one) => join(folder, one));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
