import { delimiter } from "node:path";

/** Where an operating system keeps its own programs; the deployer's PATH is no part of a build. */
const systemFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
const homebrewFolder = "/opt/homebrew/bin";

/** A PATH that begins with the folders of a release, and goes on with the system's, or with `rest` in their place. */
export function pathOf(folders: readonly string[], os: string, rest?: string): string {
  const system = os === "darwin" ? [homebrewFolder, ...systemFolders] : systemFolders;
  return [...folders, ...(rest === undefined ? system : [rest])].join(delimiter);
}
