import { countRequests, type LoggedRequests } from "../../promises/count-requests.ts";
import type { CountSpan } from "../../promises/request-counts.ts";
import type { Proxy } from "../../routing/proxy-port.ts";
import { pause } from "../../shared/pause.ts";

/** How long a proxy may keep a line in memory before it writes it, with some time for the writing. */
const logDelayMs = 250;

/** Counts what the proxy logged, once it has written all that it served until now. */
export async function countLogged(
  file: string,
  proxy: Pick<Proxy, "writtenLog" | "parseLine">,
  spans: readonly CountSpan[],
  signal: AbortSignal,
): Promise<LoggedRequests> {
  const { whole, lostLines = 0 } = await proxy.writtenLog(signal);
  if (!whole) await pause(logDelayMs, signal);
  const { counts, begin } = await countRequests(file, spans, signal, (line) => proxy.parseLine(line));
  // Nobody knows when they were lost, so any count may be without them.
  return { counts: counts.map((one) => ({ ...one, unreadable: one.unreadable + lostLines })), begin };
}
