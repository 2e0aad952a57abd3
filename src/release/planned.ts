import type { Operation } from "../engine/operation.ts";
import type { Json } from "../shared/json.ts";
import type { Phase, PlannedOperation } from "./plan.ts";
import type { ReleaseWorld } from "./world.ts";

/** An operation of a plan, tied by its type to the code that will carry it out. */
export function planned<Input extends { readonly host: string }>(
  operation: Operation<Input, ReleaseWorld>,
  title: string,
  input: Input,
  suffix = "",
): PlannedOperation {
  return {
    id: `${operation.kind}${suffix}@${input.host}`,
    kind: operation.kind,
    host: input.host,
    title,
    input: plain(input),
  };
}

/** A phase, or nothing where it would hold no operation. */
export function phase(
  name: string,
  title: string,
  operations: readonly (PlannedOperation | undefined)[],
  committed = false,
): Phase[] {
  const present = operations.filter((operation) => operation !== undefined);
  return present.length === 0 ? [] : [{ name, title, committed, operations: present }];
}

/** What the journal will read back, so that a run from memory and one from the journal see the same. */
export function plain(value: unknown): Json {
  const copy: Json = JSON.parse(JSON.stringify(value));
  return copy;
}
