import type { Fault } from "./faults.ts";
import { isWithin } from "./faults.ts";
import type { ProjectFile } from "./input.ts";
import { isObject } from "./schema/walk.ts";

/** The project file as far as it could be read: what the schema refused is left out, so anything may be missing. */
export type Draft = DeepPartial<ProjectFile>;

type DeepPartial<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly unknown[]
    ? T
    : { readonly [K in keyof T]?: DeepPartial<T[K]> };

/** What the project file says of static files, if it wants any served. */
export function staticOf(
  draft: Draft,
): { readonly folder?: string | undefined; readonly url?: string | undefined } | undefined {
  const files = draft.app?.static;
  return files === false ? undefined : files;
}

/** What is left when every refused place is taken out, so that the rules can look at the rest and all faults be told at once. */
export function draftOf(value: unknown, faults: readonly Fault[]): Draft {
  const draft: unknown = kept(value, [], faults);
  return isObject(draft) ? draft : {};
}

function kept(value: unknown, path: readonly (string | number)[], faults: readonly Fault[]): unknown {
  if (faults.some((fault) => isWithin(path, fault.path))) return undefined;
  if (Array.isArray(value)) {
    // A list with a faulty item is left out whole: the others would get another place in it.
    return faults.some((fault) => isWithin(fault.path, path)) ? undefined : value;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(
    ([key, child]) => [key, kept(child, [...path, key], faults)] as const,
  );
  return Object.fromEntries(entries.filter(([, child]) => child !== undefined));
}
