import { inParallel } from "../artifacts/in-parallel.ts";
import { findKeeper, newestToken, tokenLeap, type KeeperLook } from "../engine/find-keeper.ts";
import { acquireLease, type LeaseRequest } from "../engine/hold-lease.ts";
import { raiseFences } from "../engine/raise-fences.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { OpenServer } from "../hosts/agent/open-server.ts";
import type { UnreachableHost } from "../release/unreachable-hosts.ts";
import { counted, listed } from "../shared/words.ts";

export interface BringRequest {
  readonly environment: string;
  readonly withoutPast: boolean;
  /** Of the lease, on the one as on the other. */
  readonly lease: LeaseRequest;
  readonly signal: AbortSignal;
  /** What was done, in a sentence. */
  readonly tell: (text: string) => void;
}

type KeepingServer = Pick<OpenServer, "host" | "lease" | "keptFiles">;
type Reached = KeepingServer & { readonly look: KeeperLook };

/**
 * Has the first server keep the environment, with all that the one before it kept. The tokens leap, and every server's fence with them: from
 * then on nobody gets anything done by way of another keeper. Can be called again after a kill: until the leap the one before still keeps it.
 */
export async function bringKept(
  {
    servers,
    unreachable,
  }: { readonly servers: readonly KeepingServer[]; readonly unreachable: readonly UnreachableHost[] },
  request: BringRequest,
): Promise<void> {
  const [first] = servers;
  const to = first?.host.name ?? "";
  const away = new Set(unreachable.map(({ host }) => host));
  if (away.has(to))
    throw notReached(
      request,
      unreachable.filter(({ host }) => host === to),
    );
  const reached = await Promise.all(
    servers.filter(({ host }) => !away.has(host.name)).map(async (server) => looked(server, request.signal)),
  );
  const looks = reached.map(({ look }) => look);
  const keeper = findKeeper(looks);
  if (newestToken(looks) === 0 || keeper === to) return request.tell(`${to} keeps ${request.environment}.`);
  const from = reached.find(({ host }) => host.name === keeper);
  if (from === undefined && !request.withoutPast) throw notFound(request, to, unreachable);
  if (from !== undefined && request.withoutPast) throw foundAfterAll(request, from.host.name);
  await handOver(reached, from, request);
}

async function looked(server: KeepingServer, signal: AbortSignal): Promise<Reached> {
  const [seen, { lease }] = await Promise.all([server.host.raiseFence(0, signal), server.lease.read(signal)]);
  return { ...server, look: { host: server.host.name, given: lease?.token ?? 0, seen } };
}

async function handOver(
  reached: readonly Reached[],
  from: Reached | undefined,
  { environment, lease, signal, tell }: BringRequest,
): Promise<void> {
  const [to] = reached;
  if (to === undefined) return;
  const before = from === undefined ? undefined : await acquireLease(from.lease, lease);
  try {
    const count = from === undefined ? 0 : await copied(from, to);
    const hold = await acquireLease(to.lease, lease);
    try {
      await before?.confirm();
      await hold.outgrow(
        Math.max(newestToken(reached.map(({ look }) => look)), before?.token ?? 0) + tokenLeap,
      );
      await raiseFences(
        hold,
        reached.map(({ host }) => host),
        signal,
      );
    } finally {
      await hold.release();
    }
    const brought = from === undefined ? "" : `, with ${counted(count, "file")} that ${from.host.name} kept`;
    tell(`${to.host.name} keeps ${environment} from now on${brought}.`);
  } finally {
    await before?.release();
  }
}

const filesAtOnce = 8;

async function copied(from: Reached, to: Reached): Promise<number> {
  const names = await from.keptFiles.list();
  await inParallel(names, filesAtOnce, async (name) =>
    to.keptFiles.write(name, await from.keptFiles.read(name)),
  );
  return names.length;
}

function notReached({ environment }: BringRequest, unreachable: readonly UnreachableHost[]): CozyError {
  return new CozyError("hosts-unreachable", {
    message: `${listed(unreachable.map(({ host }) => host))} is to keep ${environment} and can't be reached.`,
    details: unreachable.map(({ host, why }) => `${host}: ${why}`),
    state: "Nothing was changed.",
    next: `Bring it back, then: cozy move-keeper ${environment}`,
  });
}

function notFound(
  { environment }: BringRequest,
  to: string,
  unreachable: readonly UnreachableHost[],
): CozyError {
  return new CozyError("keeper-not-found", {
    message: `${to} is to keep ${environment}, and the server that kept it until now is not among those that can be reached.`,
    details: unreachable.map(({ host, why }) => `${host} can't be reached: ${why}`),
    state: "Nothing was changed; all go on serving.",
    next: `Have it in the servers of cozy.config.ts, behind ${to}, and bring it back; then: cozy move-keeper ${environment}. If it is gone for good, its history with it: cozy move-keeper ${environment} --without-past`,
  });
}

function foundAfterAll({ environment }: BringRequest, from: string): CozyError {
  return new CozyError("wrong-usage", {
    message: `${from} kept ${environment} and can be reached, so nothing has to be left behind.`,
    state: "Nothing was changed.",
    next: `cozy move-keeper ${environment}`,
  });
}
