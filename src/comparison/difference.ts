import { Secret } from "../secrets/secret.ts";

/** One thing that two environments have differently; `undefined` where one of them has it not at all. */
export interface Difference {
  readonly what: string;
  readonly one: string | undefined;
  readonly other: string | undefined;
}

/** Names with the words that describe them; equal words mean equal things. A secret is compared and never shown. */
export type Described = Readonly<Record<string, string | Secret | undefined>>;

/** What two descriptions have differently, in the order of the first. Pure. */
export function differences(one: Described, other: Described): Difference[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names
    .filter(
      (what) => plain(one[what]) !== plain(other[what]) || isSecret(one[what]) !== isSecret(other[what]),
    )
    .map((what) => ({ what, one: shown(one[what]), other: shown(other[what]) }));
}

function plain(value: string | Secret | undefined): string | undefined {
  return value instanceof Secret ? value.reveal() : value;
}

function isSecret(value: string | Secret | undefined): boolean {
  return value instanceof Secret;
}

function shown(value: string | Secret | undefined): string | undefined {
  return value instanceof Secret ? "a secret of its own" : value;
}
