import { Duplex } from "node:stream";
import { fakeHost } from "../../fake-host.ts";
import { serveAgent } from "../serve-agent.ts";
import { portsIn } from "./in-process.ts";

/** An agent in a process of its own, of a fake host whose shelves are a folder: `node <this> <project> <folder>`. */
export function serveFake([, folder = ""]: readonly string[]): void {
  const stream = Duplex.from({ readable: process.stdin, writable: process.stdout });
  stream.on("error", () => undefined);
  const ports = portsIn(folder, fakeHost("web-1"));
  const { lost } = serveAgent(stream, { version: "1.0.0", now: Date.now, open: async () => ports });
  lost.addEventListener("abort", () => process.exit(0));
}
