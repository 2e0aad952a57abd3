import type { TrafficPast } from "../engine/past.ts";
import type { OpenServer } from "../hosts/agent/open-server.ts";
import { onServers } from "../project/on-servers.ts";
import { countSpans } from "../promises/count-spans.ts";
import { requestSpans, shiftedSpans, spanNames, type SpanFacts } from "../promises/request-spans.ts";
import type { HostRequests, RequestsOfOthers, UncountedHost } from "../promises/requests-of-others.ts";
import { withDeadline } from "../shared/deadline.ts";
import { counted, listed } from "../shared/words.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { reachServer, serversOf } from "./open-servers.ts";
import { progressLine } from "./progress-line.ts";
import { whyNotAsked } from "./refused-host.ts";

/** A host whose log takes longer is not counted: the others are not kept waiting for it. */
const withinMs = 60_000;

/**
 * Asks the hosts beside the keeper what they served in the spans that the ledger is about, side by side. One that can't say is told with
 * why. `undefined` where there are none, and where the keeper can't be reached: whoever sends it the order then says so.
 */
export async function requestsOfOthers(
  context: CommandContext,
  opened: OpenEnvironment,
): Promise<RequestsOfOthers | undefined> {
  if (onServers(opened.environment).hosts.length < 2) return undefined;
  const [keeper, ...others] = await serversOf(context, opened);
  if (keeper === undefined) throw new Error("a fleet has at least one host");
  if (typeof (await reachServer(keeper, opened, context.signal)) === "object") return undefined;
  const line = progressLine(context);
  try {
    return await askedOf(
      {
        keeper,
        others,
        promises: opened.environment.promises,
        reach: (server, signal) => reachServer(server, opened, signal),
      },
      { ...context, tell: (what) => line.tell(what) },
    );
  } finally {
    line.end();
  }
}

interface AskedServer {
  readonly lease: Pick<OpenServer["lease"], "read">;
  readonly host: Pick<OpenServer["host"], "name" | "countRequests">;
}

export interface Asking<Server extends AskedServer = OpenServer> {
  readonly keeper: {
    readonly lease: Pick<OpenServer["lease"], "read">;
    readonly past: Pick<OpenServer["past"], "traffic">;
    readonly evidence: Pick<OpenServer["evidence"], "read">;
  };
  readonly others: readonly Server[];
  readonly promises: SpanFacts["promises"];
  /** Connects to a server, or says why that can't be done. */
  readonly reach: (server: Server, signal: AbortSignal) => Promise<UncountedHost | number>;
}

export async function askedOf<Server extends AskedServer>(
  { keeper, others, promises, reach }: Asking<Server>,
  { now, signal, tell }: Pick<CommandContext, "now" | "signal"> & { readonly tell: (what: string) => void },
): Promise<RequestsOfOthers> {
  const [{ at }, past, { measurements: lost }] = await Promise.all([
    keeper.lease.read(signal),
    keeper.past.traffic(others.map(({ host }) => host.name)),
    keeper.evidence.read("no-lost-request"),
  ]);
  const seenAt = now();
  const about: SpanFacts = { promises, now: at, since: past.serving.since, change: past.change, lost };
  const spans = requestSpans(about);
  if (spanNames.every((name) => spans[name] === undefined)) return { at, spans, hosts: [] };
  const waiting = new Set(others.map(({ host }) => host.name));
  tell(progressText(waiting, others.length));
  const hosts = await Promise.all(
    others.map(async (server) => {
      const host = server.host.name;
      try {
        return await withDeadline(signal, withinMs, "counting its requests", async (within) => {
          const away = await reach(server, within);
          if (typeof away === "object") return away;
          const keeperNow = () => at + now() - seenAt;
          return countedBy(server, about, past, keeperNow, within);
        });
      } catch (error) {
        signal.throwIfAborted();
        return { host, why: whyNotAsked(error) };
      } finally {
        waiting.delete(host);
        if (waiting.size > 0) tell(progressText(waiting, others.length));
      }
    }),
  );
  return { at, spans, hosts };
}

function progressText(waiting: ReadonlySet<string>, of: number): string {
  const done = of - waiting.size;
  const share = done === 0 ? "" : `${done} of ${counted(of, "host")} done, `;
  return `counting requests: ${share}waiting for ${listed([...waiting])}`;
}

/** What is asked, and what comes back, is in the host's own time on the way. */
async function countedBy(
  { host, lease }: AskedServer,
  about: SpanFacts,
  { serving }: TrafficPast,
  keeperNow: () => number,
  signal: AbortSignal,
): Promise<HostRequests> {
  const aheadMs = (await lease.read(signal)).at - keeperNow();
  const since = serving.hosts[host.name] ?? serving.since;
  const spans = shiftedSpans(requestSpans({ ...about, since }), aheadMs);
  const { begin, ...counts } = await countSpans(host, spans, signal);
  return { host: host.name, since, ...counts, begin: begin === undefined ? undefined : begin - aheadMs };
}
