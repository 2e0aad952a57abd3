import type { Server } from "node:net";
import { childOf, type Child } from "./child.ts";
import { endAs } from "./end-as.ts";
import { freePort } from "./free-port.ts";
import { listenOn, untilQuiet } from "./listen-on.ts";
import { isTaken, listeningHost } from "./wait-for-port.ts";

/** Every signal that can be passed on; the two that can't end both at once. */
const passedOn = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"] as const;

/** How many ports in a row somebody else may be quicker to take. */
const mostTries = 5;

/**
 * Runs a command that listens on a TCP port only, and stands the instance's socket before it: `<socket> -- <command> …`. Bytes are passed
 * both ways as they are, so whatever is spoken over them goes on to be. It ends as the command does, and never before it.
 */
export async function relay([socket = "", , ...command]: readonly string[]): Promise<void> {
  let child: Child | undefined;
  let server: Server | undefined;
  let isStopping = false;
  for (const signal of passedOn) {
    process.on(signal, () => {
      isStopping = true;
      if (child === undefined) endAs({ code: null, signal });
      child?.signal(signal);
    });
  }

  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    child = childOf(command, port);
    const host = await listeningHost(port, child.gone);
    if (host !== undefined) {
      // A command that is about to end and takes no more has no socket either: whoever comes then goes elsewhere at once.
      const onRefused = () => void (isStopping && server?.close());
      server = await listenOn(socket, { host, port }, onRefused);
    } else if (tries < mostTries && !isStopping && (await isTaken(port))) {
      continue;
    }
    const exit = await child.exit;
    if (server !== undefined) await untilQuiet(server);
    return endAs(exit);
  }
}
