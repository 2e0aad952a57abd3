import { inSoak } from "./soak.ts";

/** Around an operation: before its effect, in the middle (after the effect, before its verification), after it, and once it is recorded. */
const points = ["before", "in", "after", "recorded"] as const;

/**
 * Where to kill a deployer: in `make test` at one point of every operation and another one for the other way, in turn over the
 * operations; in `make soak` at every point of each, for both ways.
 */
export function killsInTurn(
  way: "resume" | "abort",
  operations: readonly string[],
): { readonly kind: string; readonly point: string }[] {
  const turn = way === "resume" ? 0 : 2;
  return operations.flatMap((kind, row) =>
    points
      .filter((_, column) => inSoak || column === (row + turn) % points.length)
      .map((point) => ({ kind, point })),
  );
}
