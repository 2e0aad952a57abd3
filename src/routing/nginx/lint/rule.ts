import type { Placed } from "./place.ts";

/** A rule looks at one directive, in its surroundings, and says what is wrong with it. */
export interface Rule {
  /** gixy's name where it is one of gixy's. */
  readonly name: string;
  check(this: void, directive: Placed, all: readonly Placed[]): string | undefined;
}

/** The variables that a word holds: `$a`, `${b}`. */
export function variablesIn(word: string): readonly string[] {
  return [...word.matchAll(/\$\{?(\w+)\}?/g)].map(([, name = ""]) => name);
}
