import { lstat, rename, rm } from "node:fs/promises";
import type { Server } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import type { ListenAddress } from "../settings/settings.ts";

/** Undoes what listening left behind, once the server is closed. */
export type Listening = { address: string; release: () => Promise<void> };

/** @throws where the address is in use, or can't be listened on */
export async function listen(server: Server, address: ListenAddress): Promise<Listening> {
  if (address.kind === "socket") return listenOnSocket(server, address.path);
  await bind(server, { host: address.host, port: address.port });
  const bound = server.address();
  const port = bound !== null && typeof bound === "object" ? bound.port : address.port;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return { address: `http://${host}:${port}`, release: async () => {} };
}

/**
 * Binds beside the path and renames. So there is no moment without a socket when a stale one is replaced, and Node,
 * which removes the name that it has bound when it closes, removes no successor's.
 */
async function listenOnSocket(server: Server, file: string): Promise<Listening> {
  await refuseToReplaceOthers(file);
  const draft = path.join(path.dirname(file), `.${process.pid}`);
  await rm(draft, { force: true });
  await bind(server, { path: draft });
  await rename(draft, file);
  const own = await lstat(file);
  return {
    address: `unix:${file}`,
    release: async () => {
      const now = await lstat(file).catch(() => undefined);
      if (now?.ino === own.ino && now.dev === own.dev) await rm(file, { force: true });
    },
  };
}

async function refuseToReplaceOthers(file: string): Promise<void> {
  const found = await lstat(file).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) throw new Error(`PORT: ${file} is there, and it is no socket; it was left as it is`);
  if (await answers(file)) throw new Error(`PORT: another process is listening on ${file}`);
}

/** A stale socket refuses at once; a live one takes the connection. */
function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(file);
    const end = (alive: boolean) => {
      probe.destroy();
      resolve(alive);
    };
    probe.once("connect", () => end(true)).once("error", () => end(false));
  });
}

function bind(server: Server, where: { host: string; port: number } | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ ...where, backlog: 1024 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
