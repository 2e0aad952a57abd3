import { createHash } from "node:crypto";
import { copyFile, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { shippedCode } from "./shipped-code.ts";

export interface AgentFolders {
  /** The machine's folder of agents, by hash. */
  readonly agents: string;
  /** Where the package has them: `dist/agents`. */
  readonly distAgents: string;
}

export interface InstalledAgents {
  readonly supervisor: string;
  readonly proxy: string;
  /** Stands before an instance that listens on a port only. */
  readonly relay: string;
  /** Watches the clock for a release with schedules or backups. */
  readonly schedules: string;
  /** Makes a backup. */
  readonly backup: string;
  /** Of the code of the supervisor and the proxy, which are replaced when it changes; the others belong to releases. */
  readonly hash: string;
}

/**
 * Copies the agents to folders of their hash, so that they outlive the package that brought them: those that serve an environment to
 * one, those that are laid into releases to another, so that the one kind is left alone when the other changes.
 */
export async function installAgents({ agents, distAgents }: AgentFolders): Promise<InstalledAgents> {
  const [serving, laid] = await Promise.all([
    install(agents, distAgents, ["supervisor", "proxy"]),
    install(agents, distAgents, ["relay", "schedules", "backup"]),
  ]);
  return {
    supervisor: moduleIn(serving.folder, "supervisor"),
    proxy: moduleIn(serving.folder, "proxy"),
    relay: moduleIn(laid.folder, "relay"),
    schedules: moduleIn(laid.folder, "schedules"),
    backup: moduleIn(laid.folder, "backup"),
    hash: serving.hash,
  };
}

async function install(agents: string, distAgents: string, names: readonly string[]) {
  const hash = await hashOf(names.map((name) => join(distAgents, `${name}.js`)));
  const folder = join(agents, hash);
  if (await isThere(folder)) return { folder, hash };

  const temporary = join(agents, `.${hash}.${process.pid}.tmp`);
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  try {
    for (const name of names) await copyDurably(join(distAgents, `${name}.js`), moduleIn(temporary, name));
    await rename(temporary, folder);
  } catch (error) {
    // Another deploy may have put the very same folder there first.
    if (!(await isThere(folder))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return { folder, hash };
}

/** The name says that it is a module: no package.json stands beside the copies. */
function moduleIn(folder: string, name: string): string {
  return join(folder, `${name}.mjs`);
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await shippedCode(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const file = await open(to, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
