import { beside, type Placed } from "./place.ts";
import { variablesIn, type Rule } from "./rule.ts";

/** Headers: those that are lost, those that a client can break, those that do not mean what they look like. */
export const headerRules: readonly Rule[] = [
  { name: "add_header_redefinition", check: (one, all) => lostHeaders(one, all, "add_header") },
  { name: "proxy_set_header_redefinition", check: (one, all) => lostHeaders(one, all, "proxy_set_header") },
  { name: "header_without_always", check: withoutAlways },
  { name: "add_header_multiline", check: multiline },
  { name: "add_header_content_type", check: contentType },
  { name: "http_splitting", check: splitting },
];

/** A level with one such directive inherits none of those above it. */
function lostHeaders(one: Placed, all: readonly Placed[], directive: string): string | undefined {
  if (one.name !== directive) return undefined;
  const own = beside(one, all, directive);
  if (own[0] !== one || isMerged(one, all)) return undefined;
  const here = new Set(own.map(nameOf));
  for (let level = one.parent; level !== undefined; level = level.parent) {
    const above = beside(level, all, directive);
    if (above.length === 0) continue;
    const lost = [
      ...new Set(above.filter((header) => !here.has(nameOf(header))).map(({ args }) => args[0] ?? "")),
    ];
    if (lost.length === 0) return undefined;
    return `nginx inherits no ${directive} where a level has one of its own; repeat what stands above: ${lost.join(", ")}.`;
  }
  return undefined;
}

/** nginx 1.29.3 can be told to merge. */
function isMerged(one: Placed, all: readonly Placed[]): boolean {
  return beside(one, all, `${one.name}_inherit`).some(({ args }) => args[0] === "merge");
}

function nameOf({ args }: Placed): string {
  return (args[0] ?? "").toLowerCase();
}

const securityHeaders = new Set([
  "strict-transport-security",
  "content-security-policy",
  "x-content-type-options",
  "x-frame-options",
  "referrer-policy",
  "permissions-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
]);

function withoutAlways(one: Placed): string | undefined {
  if (one.name !== "add_header" || !securityHeaders.has(nameOf(one)) || one.args[2] === "always")
    return undefined;
  return `Error pages go without ${one.args[0]}; write always behind its value.`;
}

function multiline(one: Placed): string | undefined {
  const value =
    one.name === "add_header" ? one.args[1] : one.name === "more_set_headers" ? one.args[0] : undefined;
  if (value === undefined || !/[\r\n]/.test(value)) return undefined;
  return "A header on several lines is not allowed any more, and some browsers refuse the answer; write it on one line.";
}

function contentType(one: Placed): string | undefined {
  if (one.name !== "add_header" || nameOf(one) !== "content-type") return undefined;
  return "The answer gets a second Content-Type; use default_type, or charset.";
}

/** What nginx has decoded may hold a line break, and begins a header of the client's choice. */
function splitting(one: Placed): string | undefined {
  const words = splittable[one.name]?.(one.args) ?? [];
  const bad = words.flatMap(variablesIn).find((name) => decoded.has(name) || isLooseCapture(one, name));
  if (bad === undefined) return undefined;
  return `$${bad} may hold a line break, by which a client writes headers of its own; use $request_uri.`;
}

const decoded = new Set(["uri", "document_uri"]);
const splittable: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  add_header: (args) => args.slice(0, 2),
  proxy_set_header: (args) => args.slice(0, 2),
  return: (args) => args,
  rewrite: (args) => (/^(https?:\/\/|\$scheme)/.test(args[1] ?? "") ? args.slice(1, 2) : []),
  proxy_pass: (args) => args.slice(0, 1),
};

/** A group of the surrounding location's expression that takes everything but a few characters takes line breaks. */
function isLooseCapture(one: Placed, name: string): boolean {
  if (!/^[1-9]$/.test(name)) return false;
  for (let level = one.parent; level !== undefined; level = level.parent) {
    if (level.name !== "location" || !/^~\*?$/.test(level.args[0] ?? "")) continue;
    const group = [...(level.args[1] ?? "").matchAll(/\(([^()]*)\)/g)][Number(name) - 1]?.[1] ?? "";
    return /\[\^(?![^\]]*\\[ns])/.test(group);
  }
  return false;
}
