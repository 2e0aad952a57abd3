import type { Operation } from "../engine/operation.ts";
import type { Json } from "../shared/json.ts";
import type { Fleet } from "./fleet.ts";
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

/** A part of a plan that every host has to have ended before any begins the next. */
export interface Part {
  readonly name: string;
  readonly title: string;
  readonly operations: readonly (PlannedOperation | undefined)[];
}

/** One phase after the other, a barrier between each. One host has nobody to wait for: there they are one phase, in the same order. */
export function parted(
  fleet: Fleet,
  { name, title }: Pick<Part, "name" | "title">,
  parts: readonly Part[],
): Phase[] {
  if (fleet.length === 1)
    return phase(
      name,
      title,
      parts.flatMap(({ operations }) => operations),
    );
  return parts.flatMap((part) => phase(part.name, part.title, part.operations));
}

/** What the journal will read back, so that a run from memory and one from the journal see the same. */
export function plain(value: unknown): Json {
  const copy: Json = JSON.parse(JSON.stringify(value));
  return copy;
}
