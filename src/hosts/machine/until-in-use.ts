import type { Proxy } from "../../routing/proxy-port.ts";
import { numberInForce } from "../../routing/table-files.ts";
import { pause } from "../../shared/pause.ts";

export interface InUseRequest {
  readonly runFolder: string;
  readonly proxy: Pick<Proxy, "tableInUse">;
  readonly now: () => number;
}

/** A proxy that serves takes some milliseconds; one that does not read any more is told by the proof. */
const readsWithinMs = 2_000;

/** Waits until the proxy goes by the table in force, where one serves: nobody proves what is taken back. */
export async function untilInUse(
  { runFolder, proxy, now }: InUseRequest,
  signal: AbortSignal,
): Promise<void> {
  const start = now();
  while (now() - start < readsWithinMs) {
    const [inUse, inForce] = await Promise.all([proxy.tableInUse(signal), numberInForce(runFolder)]);
    if (inUse === undefined || inForce === undefined || inUse === inForce) return;
    await pause(5, signal);
  }
}
