import { inFlight, proxyState } from "../../routing/proxy-control.ts";
import { numberInForce } from "../../routing/table-files.ts";
import { isSelected, type InstanceSelection } from "../../instances/instance.ts";
import { instanceOfSocket } from "../../release/socket-name.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { pause } from "../../shared/pause.ts";
import type { RunPlaces } from "./places.ts";

export interface QuietRequest {
  readonly places: RunPlaces;
  readonly select: InstanceSelection;
  readonly now: () => number;
}

/** How long requests in flight on instances that are about to be stopped may take; their own stop time-out comes after. */
const requestsMs = 10_000;

/**
 * Waits until the proxy goes by the table in force and has no request in flight at the instances, so that stopping them loses
 * none. Streams have their own deadline in the drain of a release, and are not waited for here.
 */
export async function untilQuiet({ places, select, now }: QuietRequest, signal: AbortSignal): Promise<void> {
  const start = now();
  while (now() - start < requestsMs) {
    if (await isQuiet(places, select, signal)) return;
    await pause(10, signal);
  }
}

async function isQuiet(places: RunPlaces, select: InstanceSelection, signal: AbortSignal): Promise<boolean> {
  try {
    const [state, inForce] = await Promise.all([
      proxyState(places.proxySocket, signal),
      numberInForce(places.run),
    ]);
    if (inForce !== undefined && state.table !== inForce) return false;
    const counts = Object.entries(await inFlight(places.proxySocket, signal));
    return counts.every(([socket, { requests }]) => requests === 0 || !isAbout(select, socket));
  } catch (error) {
    if (error instanceof CozyError && error.code === "proxy-not-running") return true;
    throw error;
  }
}

function isAbout(select: InstanceSelection, socket: string): boolean {
  const id = instanceOfSocket(socket);
  return id !== undefined && isSelected(id, select);
}
