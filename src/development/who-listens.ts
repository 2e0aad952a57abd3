import { readdir, readFile, readlink } from "node:fs/promises";
import { type Server, createServer } from "node:net";
import { basename } from "node:path";
import { systemCode } from "../shared/thrown.ts";
import type { Platform } from "./platform.ts";

export interface Listener {
  readonly pid: number;
  readonly name: string;
}

export type PortFact =
  | { readonly state: "free" }
  /** `listener` where the system tells; `next` is a port that is free. */
  | { readonly state: "taken"; readonly listener: Listener | undefined; readonly next: number | undefined }
  | { readonly state: "refused"; readonly code: string };

/** Whether the web process will be able to listen on a port, and who does where it won't. */
export async function lookAtPort(port: number, platform: Platform): Promise<PortFact> {
  const fault = await tryToListen(port);
  if (fault === undefined) return { state: "free" };
  if (fault !== "EADDRINUSE") return { state: "refused", code: fault };
  const [listener, next] = await Promise.all([whoListens(port, platform), nextFree(port)]);
  return { state: "taken", listener, next };
}

async function nextFree(port: number): Promise<number | undefined> {
  for (let next = port + 1; next <= Math.min(port + 50, 65_535); next += 1) {
    if ((await tryToListen(next)) === undefined) return next;
  }
  return undefined;
}

/** The system's code of why nobody can listen there now. A machine without IPv6 has no such address to be taken. */
async function tryToListen(port: number): Promise<string | undefined> {
  for (const host of ["127.0.0.1", "::1"]) {
    const code = await listenOnce(port, host);
    if (code !== undefined && code !== "EADDRNOTAVAIL" && code !== "EAFNOSUPPORT") return code;
  }
  return undefined;
}

async function listenOnce(port: number, host: string): Promise<string | undefined> {
  const server: Server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error) => resolve(systemCode(error) ?? "unknown"));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Where the system keeps it in files; elsewhere only programs that not everybody has could tell. */
export async function whoListens(port: number, platform: Platform): Promise<Listener | undefined> {
  if (platform !== "linux") return undefined;
  const tables = await Promise.all(["tcp", "tcp6"].map((name) => textOf(`/proc/net/${name}`)));
  const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (await holdsOneOf(pid, inodes)) {
      return { pid: Number(pid), name: nameIn(await textOf(`/proc/${pid}/cmdline`)) };
    }
  }
  return undefined;
}

/** Of a table of the kernel's sockets, the inodes of those that listen on a port. */
export function listeningInodes(table: string, port: number): string[] {
  const listening = "0A";
  return table
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      const at = Number.parseInt(local.slice(local.lastIndexOf(":") + 1), 16);
      return state === listening && at === port && inode !== "" ? [inode] : [];
    });
}

/** The program and, where it is an interpreter, its script; not the rest of the command line, which may hold anything. */
export function nameIn(commandLine: string): string {
  const [program = "", ...args] = commandLine.split("\0").filter(Boolean);
  const script = args.find((word) => !word.startsWith("-"));
  const isInterpreter = /^(?:node|bun|deno|ruby|php|python[\d.]*)$/.test(basename(program));
  return [basename(program), ...(isInterpreter && script !== undefined ? [basename(script)] : [])].join(" ");
}

async function holdsOneOf(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  for (const name of await readdir(folder).catch(() => [])) {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(await readlink(`${folder}/${name}`).catch(() => "")) ?? [];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}

async function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch(() => "");
}
