import { setTimeout as after } from "node:timers/promises";

export interface Asking {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const lookEveryMs = 50;
const patienceMs = 30_000;

/** The names of this machine that a development server may listen on; some listen on the IPv6 one alone. */
const hosts = [
  { host: "127.0.0.1", shown: "127.0.0.1" },
  { host: "::1", shown: "localhost" },
];

/** Asks until the web process gives any answer at all; the address that gave it, or `undefined` where the signal came first. */
export async function firstAnswer(asking: Asking, signal: AbortSignal): Promise<string | undefined> {
  while (!signal.aborted) {
    for (const { host, shown } of hosts) {
      if (await answers(host, asking, signal)) return `http://${shown}:${asking.port}`;
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
