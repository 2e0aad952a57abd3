import { isFields } from "../artifacts/kept-file.ts";
import type { Plan } from "./plan.ts";

/** What a plan's operations of one kind are told, in their order. It may come from a journal, so each is looked at before it is used. Pure. */
export function inputsOf({ phases }: Plan, kind: string): readonly Readonly<Record<string, unknown>>[] {
  return phases
    .flatMap(({ operations }) => operations)
    .flatMap((operation) => (operation.kind === kind && isFields(operation.input) ? [operation.input] : []));
}
