import { setTimeout as after } from "node:timers/promises";

export interface Asking {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const lookEveryMs = 50;
const patienceMs = 30_000;

/** Asks until the web process gives any answer at all; the address that gave it, or `undefined` where the signal came first. */
export async function firstAnswer(asking: Asking, signal: AbortSignal): Promise<string | undefined> {
  while (!signal.aborted) {
    if (await answers("127.0.0.1", asking, signal)) return `http://127.0.0.1:${asking.port}`;
    // Some development servers listen on the IPv6 name alone; one of both may just have begun to.
    if (await answers("::1", asking, signal)) {
      const host = (await answers("127.0.0.1", asking, signal)) ? "127.0.0.1" : "localhost";
      return `http://${host}:${asking.port}`;
    }
    await after(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function answers(host: string, { port, path, headers }: Asking, signal: AbortSignal): Promise<boolean> {
  const { request } = await import("node:http");
  return new Promise((resolve) => {
    const asked = request({ host, port, path, headers, signal, timeout: patienceMs, agent: false });
    asked.once("response", (response) => {
      response.resume();
      resolve(true);
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(false));
    asked.once("close", () => resolve(false));
    asked.end();
  });
}
