import type { SchemaChange } from "./schema-diff.ts";
import type { Finding } from "./verdict.ts";

export interface ContractFacts {
  readonly changes: readonly SchemaChange[];
  /** What the release in force declares not to use; `undefined` where its record says nothing of it. */
  readonly inForce: { readonly release: string; readonly contract: readonly string[] };
  /** What the new release declares. */
  readonly declaredNow: readonly string[];
}

/**
 * Whether the migrations drop only what the release in force declares not to use any more. A rename is a drop and an addition, because
 * that is what the release in force sees of it. Pure.
 */
export function contractFinding({ changes, inForce, declaredNow }: ContractFacts): Finding | undefined {
  const dropped = changes.filter((change) => change.dropped !== undefined);
  if (dropped.length === 0) return undefined;
  const refused = dropped.filter(({ dropped: path = "" }) => !covers(inForce.contract, path));
  if (refused.length === 0) {
    const names = dropped.map(({ dropped: path }) => path).join(", ");
    return {
      name: "contract",
      outcome: "pass",
      text: `${names} dropped, which ${inForce.release} declares not to use`,
    };
  }
  return {
    name: "contract",
    outcome: "fail",
    text: `${refused.map(({ dropped: path }) => path).join(", ")} dropped, which the release in force (${inForce.release}) does not declare as unused`,
    details: refused.flatMap((change) => adviceFor(change, changes, declaredNow)),
  };
}

/** A table that is not used any more covers its columns. */
function covers(contract: readonly string[], path: string): boolean {
  return contract.some((name) => path === name || path.startsWith(`${name}.`));
}

function adviceFor(
  { dropped: path = "", table }: SchemaChange,
  changes: readonly SchemaChange[],
  declaredNow: readonly string[],
): string[] {
  const added = changes.find((change) => change.table === table && change.text.startsWith(`+ ${table}.`));
  const [, to] = /^\+ (\S+)/.exec(added?.text ?? "") ?? [];
  const rename =
    path.includes(".") && to !== undefined
      ? [
          `If ${path} is to be called ${to}: add ${to} and have a release write both; copy the old values over; then drop ${path} as said below.`,
        ]
      : [];
  const early = covers(declaredNow, path)
    ? `contract: ["${path}"] is declared in this very release, and the drop has to wait for the next one.`
    : `First a release that does not use ${path} any more and says so with contract: ["${path}"], without dropping it.`;
  return [...rename, early, `Then, once that one is in force, a release whose migration drops ${path}.`];
}
