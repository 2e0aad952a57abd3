import { CozyError } from "../errors/cozy-error.ts";
import { buckets, releaseOf, type Share } from "./route-table.ts";

/**
 * The 100 sockets of a table: each release gets exactly its hundredths, spread over its sockets so that their counts differ by one
 * at most. As few buckets as possible lead elsewhere than in `previous`, and of those that must, as many as possible stay with
 * their release, because a moved bucket is a group of users who change release.
 */
export function spread(shares: readonly Share[], previous: readonly string[] = []): string[] {
  check(shares);
  const held = countOf(previous);
  const quotas = new Map(shares.flatMap((share) => [...quotasOf(share, held)]));
  const table = keepWhatMayStay(previous, quotas, held);
  const owed = whatIsOwed(quotas, countOf(table));
  fillFrom(previous, table, owed);
  return table.map((socket) => socket ?? "");
}

type Slots = (string | undefined)[];

function check(shares: readonly Share[]): void {
  const sum = shares.reduce((total, share) => total + share.hundredths, 0);
  if (
    sum !== buckets ||
    shares.some((share) => !Number.isInteger(share.hundredths) || share.hundredths < 0)
  ) {
    const said = shares.map((share) => share.hundredths).join(" + ");
    throw new CozyError("shares-not-whole", {
      message: `The shares ${said || "(none)"} are ${sum}; they must be whole hundredths that make ${buckets}.`,
    });
  }
  const empty = shares.find((share) => share.hundredths > 0 && share.sockets.length === 0);
  if (empty) {
    throw new CozyError("share-without-instances", {
      message: `${empty.hundredths} % of the traffic is meant for a release without a healthy instance.`,
    });
  }
  const sockets = shares.flatMap((share) => share.sockets);
  const twice = sockets.find((socket, index) => sockets.indexOf(socket) !== index);
  if (twice !== undefined) {
    throw new CozyError("shares-not-whole", { message: `The socket ${twice} is listed twice.` });
  }
}

/** How many buckets each socket gets. The odd ones go to sockets that hold more than the even part now: those needn't move. */
function quotasOf(share: Share, held: ReadonlyMap<string, number>): Map<string, number> {
  const even = Math.floor(share.hundredths / Math.max(share.sockets.length, 1));
  const odd = share.hundredths - even * share.sockets.length;
  const byHeld = share.sockets.toSorted(
    (a, b) => Number((held.get(b) ?? 0) > even) - Number((held.get(a) ?? 0) > even),
  );
  return new Map(byHeld.map((socket, index) => [socket, even + (index < odd ? 1 : 0)]));
}

/** Each socket keeps as many of its buckets as its quota allows; the ones it gives up lie evenly among them. */
function keepWhatMayStay(
  previous: readonly string[],
  quotas: ReadonlyMap<string, number>,
  held: ReadonlyMap<string, number>,
): Slots {
  const seen = new Map<string, number>();
  return Array.from({ length: buckets }, (_, bucket) => {
    const socket = previous[bucket];
    if (socket === undefined) return undefined;
    const nth = seen.get(socket) ?? 0;
    seen.set(socket, nth + 1);
    const has = held.get(socket) ?? 0;
    const keeps = Math.min(quotas.get(socket) ?? 0, has);
    return Math.floor(((nth + 1) * keeps) / has) > Math.floor((nth * keeps) / has) ? socket : undefined;
  });
}

function whatIsOwed(quotas: ReadonlyMap<string, number>, kept: ReadonlyMap<string, number>): Owed[] {
  return [...quotas]
    .map(([socket, quota]) => ({ socket, release: releaseOf(socket), left: quota - (kept.get(socket) ?? 0) }))
    .filter((owed) => owed.left > 0);
}

interface Owed {
  readonly socket: string;
  readonly release: string;
  left: number;
}

/** Free buckets stay with their release while one of its sockets is owed any; the rest is dealt out interleaved. */
function fillFrom(previous: readonly string[], table: Slots, owed: readonly Owed[]): void {
  for (let bucket = 0; bucket < buckets; bucket++) {
    const before = previous[bucket];
    if (table[bucket] !== undefined || before === undefined) continue;
    const release = releaseOf(before);
    const mate = mostOwed(owed.filter((one) => one.release === release));
    if (mate) give(table, bucket, mate);
  }
  const total = owed.reduce((sum, one) => sum + one.left, 0);
  const dealt = interleave(
    owed.map((one) => ({ ...one })),
    total,
  );
  for (let bucket = 0; bucket < buckets; bucket++) {
    table[bucket] ??= dealt.shift();
  }
}

function give(table: Slots, bucket: number, to: Owed): void {
  table[bucket] = to.socket;
  to.left--;
}

function mostOwed(owed: readonly Owed[]): Owed | undefined {
  return owed.reduce<Owed | undefined>((most, one) => (one.left > (most?.left ?? 0) ? one : most), undefined);
}

/** Smooth weighted round robin: every prefix of the result is as close to the proportions as whole numbers allow. */
function interleave(owed: readonly Owed[], total: number): string[] {
  const credit = owed.map(() => 0);
  return Array.from({ length: total }, () => {
    owed.forEach((one, index) => (credit[index] = (credit[index] ?? 0) + one.left));
    const next = credit.indexOf(Math.max(...credit));
    credit[next] = (credit[next] ?? 0) - total;
    return owed[next]?.socket ?? "";
  });
}

function countOf(sockets: Slots | readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const socket of sockets) {
    if (socket !== undefined) counts.set(socket, (counts.get(socket) ?? 0) + 1);
  }
  return counts;
}
