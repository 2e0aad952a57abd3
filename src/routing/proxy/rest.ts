/** How long nothing must have been asked before the proxy tidies up. */
const quietMs = 3_000;

/**
 * Gives memory back when a busy time is over. V8 collects old garbage when new comes, so that a proxy which had much to do and now has
 * nothing would keep what it had; a collection while nobody waits costs nobody anything. Needs `--expose-gc`.
 */
export function restAfterWork(): { worked(): void } {
  const collect = globalThis.gc;
  if (!collect) return { worked: () => {} };
  let requests = 0;
  let seen = 0;
  let collectedAt = 0;
  setInterval(() => {
    const quiet = requests === seen;
    seen = requests;
    if (!quiet || requests - collectedAt < worthwhile) return;
    collectedAt = requests;
    // The flavour that also gives freed pages back to the system; the plain one keeps them for the next rush.
    collect({ type: "major", execution: "sync", flavor: "last-resort" });
  }, quietMs).unref();
  return { worked: () => void requests++ };
}

/** Fewer requests leave too little to collect. */
const worthwhile = 1_000;
