import type { IncomingHttpHeaders } from "node:http";

export interface Validators {
  readonly etag: string;
  readonly modifiedMs: number;
}

/** Whether the client's copy is still good, so that 304 is the answer (RFC 9110, 13.2.2: a tag counts before a time). */
export function freshFor(headers: IncomingHttpHeaders, { etag, modifiedMs }: Validators): boolean {
  const tags = headers["if-none-match"];
  if (tags !== undefined) {
    return tags.trim() === "*" || tags.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
  }
  const since = Date.parse(headers["if-modified-since"] ?? "");
  return !Number.isNaN(since) && wholeSeconds(modifiedMs) <= since;
}

export interface Range {
  readonly first: number;
  readonly last: number;
}

/** The one part that is asked for; `undefined` for the whole: no range, several of them, or the client's copy is of another version. */
export function rangeOf(
  headers: IncomingHttpHeaders,
  sizeBytes: number,
  validators: Validators,
): Range | "unsatisfiable" | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(headers.range?.trim() ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  if (!isSameVersion(headers["if-range"], validators)) return undefined;
  if (from === "") {
    const suffix = Math.min(Number(to), sizeBytes);
    return suffix === 0 ? "unsatisfiable" : { first: sizeBytes - suffix, last: sizeBytes - 1 };
  }
  const first = Number(from);
  const last = to === "" ? sizeBytes - 1 : Math.min(Number(to), sizeBytes - 1);
  if (to !== "" && Number(to) < first) return undefined;
  return first >= sizeBytes ? "unsatisfiable" : { first, last };
}

function isSameVersion(ifRange: string | string[] | undefined, { etag, modifiedMs }: Validators): boolean {
  if (ifRange === undefined) return true;
  const wanted = String(ifRange);
  return wanted.startsWith('"') ? wanted === etag : Date.parse(wanted) === wholeSeconds(modifiedMs);
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
