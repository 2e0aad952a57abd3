import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";
import { parseListener, tcpListeners } from "../../hosts/machine/tcp-listeners.ts";

/** A program told to listen on `localhost` may take either. */
const loopbacks = ["127.0.0.1", "::1"];

/** How long a listener that can't be told to be the command's own is not taken for it. */
const doubtMs = 3_000;

/** Waits until the command listens at the port; gives the address to reach it at, or nothing when it has ended before. */
export async function listeningHost(port: number, gone: AbortSignal): Promise<string | undefined> {
  let seenAt: number | undefined;
  for (let waitMs = 4; !gone.aborted; waitMs = Math.min(50, waitMs * 1.3)) {
    if (process.platform !== "linux" || isListenedOn(port)) {
      seenAt ??= performance.now();
      const own = ownAddress(port);
      const isSure = own !== undefined || performance.now() - seenAt >= doubtMs;
      const host = own === "127.0.0.1" || own === "0.0.0.0" ? loopbacks[0] : undefined;
      const found = isSure ? (host ?? (await firstAccepting(port))) : undefined;
      if (found !== undefined) return found;
    }
    await setTimeout(waitMs, undefined, { signal: gone }).catch(() => {});
  }
  return undefined;
}

/** Whether another program has been quicker than a command that has ended. */
export async function isTaken(port: number): Promise<boolean> {
  return (await firstAccepting(port)) !== undefined;
}

/** Where the system tells it, nobody is bothered with a connection that says nothing. */
function isListenedOn(port: number): boolean {
  return ["tcp", "tcp6"].some((table) =>
    tableOf(table)
      .split("\n")
      .some((line) => parseListener(line)?.address.endsWith(`:${port}`) === true),
  );
}

/**
 * Another program can have taken the port in the meantime, whose answers must never be taken for the application's. The relay leads the
 * session that the command belongs to. Elsewhere than on Linux whoever listens is the command, as it nearly always is.
 */
function ownAddress(port: number): string | undefined {
  if (process.platform !== "linux") return "";
  const own = tcpListeners(process.pid).find((address) => address.endsWith(`:${port}`));
  return own?.slice(0, -`:${port}`.length);
}

async function firstAccepting(port: number): Promise<string | undefined> {
  for (const host of loopbacks) if (await accepts(host, port)) return host;
  return undefined;
}

async function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (does: boolean) => {
      socket.destroy();
      resolve(does);
    };
    socket.setTimeout(1_000, () => settle(false));
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

function tableOf(name: string): string {
  try {
    return readFileSync(`/proc/self/net/${name}`, "latin1");
  } catch {
    return "";
  }
}
