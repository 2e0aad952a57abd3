import { inFlight, proxyState } from "../../routing/proxy-control.ts";
import { releaseOf } from "../../routing/route-table.ts";
import { numberInForce } from "../../routing/table-files.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { pause } from "../../shared/pause.ts";
import type { RunPlaces } from "./places.ts";

export interface QuietRequest {
  readonly places: RunPlaces;
  readonly release: string;
  readonly now: () => number;
}

/** How long requests in flight on instances that are about to be stopped may take; their own stop time-out comes after. */
const requestsMs = 10_000;

/**
 * Waits until the proxy goes by the table in force and has no request in flight at the release, so that stopping its instances loses
 * none. Streams have their own deadline in the drain of a release, and are not waited for here.
 */
export async function untilQuiet({ places, release, now }: QuietRequest, signal: AbortSignal): Promise<void> {
  const start = now();
  while (now() - start < requestsMs) {
    if (await isQuiet(places, release, signal)) return;
    await pause(10, signal);
  }
}

async function isQuiet(places: RunPlaces, release: string, signal: AbortSignal): Promise<boolean> {
  try {
    const [state, inForce] = await Promise.all([
      proxyState(places.proxySocket, signal),
      numberInForce(places.run),
    ]);
    if (inForce !== undefined && state.table !== inForce) return false;
    const counts = Object.entries(await inFlight(places.proxySocket, signal));
    return counts.every(([socket, { requests }]) => releaseOf(socket) !== release || requests === 0);
  } catch (error) {
    if (error instanceof CozyError && error.code === "proxy-not-running") return true;
    throw error;
  }
}
