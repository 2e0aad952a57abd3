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
    if ((await tableInUse({ runFolder, proxy }, signal)) !== "another") return;
    await pause(5, signal);
  }
}

/** Which table the proxy goes by: none where it does not serve. Where none is in force it can't be at another. */
export async function tableInUse(
  { runFolder, proxy }: Pick<InUseRequest, "runFolder" | "proxy">,
  signal: AbortSignal,
): Promise<"none" | "another" | "in force"> {
  const [inUse, inForce] = await Promise.all([proxy.tableInUse(signal), numberInForce(runFolder)]);
  if (inUse === undefined) return "none";
  return inForce === undefined || inUse === inForce ? "in force" : "another";
}
