import { within, type Placed } from "./place.ts";
import type { Rule } from "./rule.ts";

/** Locations: files outside of the folder, and conditions that do what nobody expects. */
export const locationRules: readonly Rule[] = [
  { name: "alias_traversal", check: traversal },
  { name: "if_is_evil", check: evilIf },
  { name: "version_disclosure", check: disclosed },
];

/** `location /files { alias /srv/files/; }` serves `/files../other` from `/srv`. */
function traversal(one: Placed): string | undefined {
  if (one.name !== "alias" || one.parent?.name !== "location") return undefined;
  const { args } = one.parent;
  const [modifier, prefix = modifier ?? ""] = args;
  if (args.length > 1 && modifier !== "^~") return undefined;
  if (prefix.endsWith("/") || !(one.args[0] ?? "").endsWith("/")) return undefined;
  return `${prefix}../ leads out of the folder; end the location with a slash, as its alias does.`;
}

const harmless = new Set(["return", "rewrite_log", "break"]);
const ends = new Set(["last", "redirect", "permanent"]);

/** Within a location all but the end of the request is unsafe: the rest of the location no longer counts. */
function evilIf(one: Placed): string | undefined {
  if (one.parent?.name !== "if" || within(one, "location") === undefined || harmless.has(one.name))
    return undefined;
  if (one.name === "rewrite" && ends.has(one.args[2] ?? "")) return undefined;
  return `${one.name} in an if within a location does not do what it says; use a map, or an if that returns.`;
}

/** Where a whole server is there to look at. */
function disclosed(one: Placed, all: readonly Placed[]): string | undefined {
  if (one.name === "server_tokens") {
    return one.args[0] === "off" ? undefined : "Every answer tells nginx's version; write server_tokens off.";
  }
  if (one.name !== "server" || one.block === undefined || one.parent?.name === "upstream") return undefined;
  const said = all.some(
    ({ name, parent }) => name === "server_tokens" && (parent === one || parent === one.parent),
  );
  return said ? undefined : "Every answer tells nginx's version; write server_tokens off.";
}
