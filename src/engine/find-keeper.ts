/** What a host says of who keeps the environment. */
export interface KeeperLook {
  readonly host: string;
  /** The newest token that was given there; 0 where none ever was. */
  readonly given: number;
  /** The newest token that has come there. */
  readonly seen: number;
}

/**
 * The host that keeps an environment: no host has seen a newer token than it has given. Of none nothing is known where nobody ever
 * changed the environment, or the one that keeps it is not among these. Pure.
 */
export function findKeeper(looks: readonly KeeperLook[]): string | undefined {
  const newest = newestToken(looks);
  return newest === 0 ? undefined : looks.find(({ given }) => given === newest)?.host;
}

export function newestToken(looks: readonly KeeperLook[]): number {
  return Math.max(0, ...looks.flatMap(({ given, seen }) => [given, seen]));
}

/**
 * How far the tokens jump with a move: whoever goes on under the old keeper, or brings it back from a backup, counts up by one each time
 * and never comes as far.
 */
export const tokenLeap = 1_000_000;
