import { inSoak } from "./soak.ts";

/** Around an operation: before its effect, in the middle (after the effect, before its verification), after it, and once it is recorded. */
const points = ["before", "in", "after", "recorded"] as const;

/** Every point of every operation, followed by the one way in turn and by the other in turn; in `make soak` by both. */
export function killsInTurn(
  way: "resume" | "abort",
  operations: readonly string[],
): { readonly kind: string; readonly point: string }[] {
  const turn = way === "resume" ? 0 : 1;
  return operations.flatMap((kind, row) =>
    points.filter((_, column) => inSoak || (row + column) % 2 === turn).map((point) => ({ kind, point })),
  );
}
