import type { OpenSecret } from "./sealed-value.ts";

/** One name in two environments; whether the values are equal is all that is told of them. */
export interface ComparedSecret {
  readonly name: string;
  readonly is: "same" | "different" | "only-in-one" | "only-in-other";
}

/** Compares the secrets of two environments by name and value, sorted by name. Pure. */
export function compareSecrets(
  one: ReadonlyMap<string, OpenSecret>,
  other: ReadonlyMap<string, OpenSecret>,
): readonly ComparedSecret[] {
  const names = [...new Set([...one.keys(), ...other.keys()])].toSorted((a, b) => (a < b ? -1 : 1));
  return names.map((name) => {
    const [left, right] = [one.get(name), other.get(name)];
    if (left === undefined) return { name, is: "only-in-other" };
    if (right === undefined) return { name, is: "only-in-one" };
    return { name, is: left.value.reveal() === right.value.reveal() ? "same" : "different" };
  });
}
