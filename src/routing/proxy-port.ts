import type { InFlight, Proof, ProxySettings } from "../hosts/host.ts";
import type { ReadyCheck } from "../project/project.ts";
import type { AccessLine } from "./access-line.ts";
import type { RouteTable } from "./route-table.ts";

/** Whatever serves by the route table, as a host needs it: the embedded proxy, or nginx. */
export interface Proxy {
  /** Makes sure that it runs as the settings say, without losing a request. */
  ensure(settings: ProxySettings, signal: AbortSignal): Promise<"was running" | "started" | "replaced">;
  /** The table that new requests go by; `undefined` where nothing serves. */
  tableInUse(signal: AbortSignal): Promise<number | undefined>;
  /** Requests and streams in flight by socket, named relative to the run folder. None where nothing serves. */
  inFlight(signal: AbortSignal): Promise<Readonly<Record<string, InFlight>>>;
  /** Reads the served release back, from every instance of the table, through the port that users ask. */
  prove(request: ProveRequest, signal: AbortSignal): Promise<Proof>;
  /** Has what was served until now stand in the access log. */
  writtenLog(signal: AbortSignal): Promise<WrittenLog>;
  /** A line of its access log; `undefined` for one that is none. */
  parseLine(line: string): AccessLine | undefined;
}

export interface WrittenLog {
  /** Whether everything stands there now; else it will in a moment. */
  readonly whole: boolean;
  /** Lines that could not be written since the proxy started; none where absent. */
  readonly lostLines?: number | undefined;
}

export interface ProveRequest {
  /** What should be served. */
  readonly table: RouteTable;
  readonly check: Pick<ReadyCheck, "path" | "status" | "headers">;
  /** Releases of which any answer will do, because the check is another's. */
  readonly beside?: readonly string[] | undefined;
}
