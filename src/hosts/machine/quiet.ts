import { isSelected, type InstanceSelection } from "../../instances/instance.ts";
import { instanceOfSocket } from "../../release/socket-name.ts";
import type { Proxy } from "../../routing/proxy-port.ts";
import { pause } from "../../shared/pause.ts";
import { tableInUse } from "./until-in-use.ts";

export interface QuietRequest {
  readonly runFolder: string;
  readonly proxy: Pick<Proxy, "tableInUse" | "inFlight">;
  readonly select: InstanceSelection;
  readonly now: () => number;
}

/** How long requests in flight on instances that are about to be stopped may take; their own stop time-out comes after. */
const requestsMs = 10_000;

/**
 * Waits until the proxy goes by the table in force and has no request in flight at the instances, so that stopping them loses
 * none. Streams have their own deadline in the drain of a release, and are not waited for here.
 */
export async function untilQuiet(request: QuietRequest, signal: AbortSignal): Promise<void> {
  const start = request.now();
  while (request.now() - start < requestsMs) {
    if (await isQuiet(request, signal)) return;
    await pause(10, signal);
  }
}

async function isQuiet({ runFolder, proxy, select }: QuietRequest, signal: AbortSignal): Promise<boolean> {
  const inUse = await tableInUse({ runFolder, proxy }, signal);
  if (inUse !== "in force") return inUse === "none";
  const counts = Object.entries(await proxy.inFlight(signal));
  return counts.every(([socket, { requests }]) => requests === 0 || !isAbout(select, socket));
}

function isAbout(select: InstanceSelection, socket: string): boolean {
  const id = instanceOfSocket(socket);
  return id !== undefined && isSelected(id, select);
}
