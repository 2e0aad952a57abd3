import type { LogLine } from "./log-line.ts";

/** Puts the lines of several hosts into one order. */
export interface Merge {
  /** A line of a host; each host tells its own in their order. */
  line(line: LogLine): void;
  /** The host has told all of its past, or tells nothing more. */
  caughtUp(host: string): void;
  /** Prints what was held back for so long that nothing older can come any more. */
  flush(now: number): void;
  /** Prints the rest. */
  end(): void;
}

/** How long a line waits for older ones of other hosts, in milliseconds: a link's delay, and what clocks are apart. */
const holdMs = 250;

/**
 * By time: the past once every host has told its own, and then each line after a moment's wait. What has no time keeps its place behind the
 * one before it. `now` is this machine's clock.
 */
export function mergeLines(
  hosts: readonly string[],
  now: () => number,
  print: (line: LogLine) => void,
): Merge {
  const behind = new Set(hosts);
  const lastAt = new Map<string, number>();
  let held: { readonly line: LogLine; readonly at: number; readonly since: number }[] = [];
  const printHeld = (isDue: (since: number) => boolean): void => {
    held.sort((a, b) => a.at - b.at);
    // Nothing is printed before what is older and still has to wait.
    const due = held.findLastIndex(({ since }) => isDue(since)) + 1;
    for (const { line } of held.slice(0, due)) print(line);
    held = held.slice(due);
  };
  return {
    line(line) {
      const at = line.at ?? lastAt.get(line.host) ?? 0;
      lastAt.set(line.host, at);
      held.push({ line, at, since: now() });
    },
    caughtUp(host) {
      if (behind.delete(host) && behind.size === 0) printHeld(() => true);
    },
    flush(moment) {
      if (behind.size === 0) printHeld((since) => moment - since >= holdMs);
    },
    end: () => printHeld(() => true),
  };
}
