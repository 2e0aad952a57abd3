import type { OperationNode, PhaseNode } from "./progress-tree.ts";

/** Up to so many hosts each operation of each has a line of its own. */
const fewHosts = 4;
/** Names that are told; of more hosts their number is. */
const fewNames = 3;

/** Hosts that are at the same, and the operation that shows it. */
export interface HostGroup {
  /** `web-1, web-2`, or `12 hosts`. */
  readonly name: string;
  readonly operation: OperationNode;
  /** How many hosts that is. */
  readonly count: number;
}

/** Whether a phase is shown by what its hosts are at, and no more by every operation of each. */
export function isOfManyHosts({
  operations,
}: {
  readonly operations: readonly { readonly host: string }[];
}): boolean {
  return new Set(operations.map(({ host }) => host)).size > fewHosts;
}

/** What the hosts of a phase are at, those that are alike together; one where something failed always stands by itself. */
export function hostGroups({ operations }: Pick<PhaseNode, "operations">): HostGroup[] {
  const present = [...Map.groupBy(operations, ({ host }) => host).values()].flatMap(presentOf);
  const alike = Map.groupBy(present, (operation) =>
    operation.failure === undefined && operation.watch === undefined
      ? `${operation.state} ${operation.title}`
      : operation.id,
  );
  return [...alike.values()].flatMap((group) => {
    const slowest = group.toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))[0];
    if (slowest === undefined) return [];
    const names = group.map(({ host }) => host);
    const name = names.length <= fewNames ? names.join(", ") : `${names.length} hosts`;
    return [{ name, operation: slowest, count: names.length }];
  });
}

/** What failed on a host, else what it is at, else what is next; where all is done, the last. */
function presentOf(lane: readonly OperationNode[]): OperationNode[] {
  const is = (...states: OperationNode["state"][]) => lane.find(({ state }) => states.includes(state));
  const failed = lane.find(({ failure, state }) => failure !== undefined || state === "undo-failed");
  const at = failed ?? is("running", "undoing") ?? is("undone") ?? is("waiting") ?? lane.at(-1);
  return at === undefined ? [] : [at];
}
