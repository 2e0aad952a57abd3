import { createHash } from "node:crypto";
import { copyFile, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CozyError, systemCode } from "../errors/cozy-error.ts";

export interface AgentFolders {
  /** The machine's folder of agents, by hash. */
  readonly agents: string;
  /** Where the package has them: `dist/agents`. */
  readonly distAgents: string;
}

export interface InstalledAgents {
  readonly supervisor: string;
  readonly proxy: string;
  /** Of the code of both. */
  readonly hash: string;
}

/** The name says that they are modules: no package.json stands beside the copies. */
const names = { supervisor: "supervisor.mjs", proxy: "proxy.mjs" };

/** Copies the supervisor and the proxy to a folder of their hash, so that they outlive the package that brought them. */
export async function installAgents({ agents, distAgents }: AgentFolders): Promise<InstalledAgents> {
  const sources = [join(distAgents, "supervisor.js"), join(distAgents, "proxy.js")] as const;
  const hash = await hashOf(sources);
  const folder = join(agents, hash);
  const installed = { supervisor: join(folder, names.supervisor), proxy: join(folder, names.proxy), hash };
  if (await isThere(folder)) return installed;

  const temporary = join(agents, `.${hash}.${process.pid}.tmp`);
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  try {
    await copyDurably(sources[0], join(temporary, names.supervisor));
    await copyDurably(sources[1], join(temporary, names.proxy));
    await rename(temporary, folder);
  } catch (error) {
    // Another deploy may have put the very same folder there first.
    if (!(await isThere(folder))) throw error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return installed;
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(await contentOf(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new CozyError("agents-missing", {
      message: `${file} is not there.`,
      state: "Nothing was changed.",
      next: "Install cozy anew (npm install), or in its own repository: npm run build",
      cause: error,
    });
  }
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
