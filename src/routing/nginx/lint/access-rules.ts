import { beside, type Placed } from "./place.ts";
import type { Rule } from "./rule.ts";

/** Who gets in. */
export const accessRules: readonly Rule[] = [
  { name: "allow_without_deny", check: allowedAll },
  { name: "valid_referers", check: noReferer },
  { name: "origins", check: looseOrigin },
];

function allowedAll(one: Placed, all: readonly Placed[]): string | undefined {
  if (one.name !== "allow" || one.args[0] === "all" || beside(one, all, "allow")[0] !== one) return undefined;
  if (beside(one, all, "deny").some(({ args }) => args[0] === "all")) return undefined;
  return "Everybody else gets in as well; write deny all behind it.";
}

function noReferer(one: Placed): string | undefined {
  if (one.name !== "valid_referers" || !one.args.includes("none")) return undefined;
  return "A request without a Referer gets in, and anybody can leave it away; take none out.";
}

/** An expression for `Origin` or `Referer` that other sites match as well. */
function looseOrigin(one: Placed): string | undefined {
  const pattern = originPattern(one);
  if (pattern === undefined) return undefined;
  const anchored = /^\^https\??:\\?\/\\?\//.test(pattern) && /(\$|\/|\(\/\|\$\)|\(\$\|\/\))$/.test(pattern);
  const anyCharacter = /(^|[^\\])\.(?![*+?{])/.test(pattern);
  if (anchored && !anyCharacter) return undefined;
  return `Other sites match ${pattern} too; begin with ^https://, escape the dots, end with $.`;
}

function originPattern(one: Placed): string | undefined {
  if (one.name === "if") {
    const [variable = "", operator = "", pattern = ""] = one.args;
    if (!/^\(?\$http_(origin|referer)$/.test(variable) || !/^~\*?$/.test(operator)) return undefined;
    return pattern.replace(/\)$/, pattern.includes("(") && !isUnbalanced(pattern) ? ")" : "");
  }
  if (one.parent?.name !== "map" || !/^\$http_(origin|referer)$/.test(one.parent.args[0] ?? ""))
    return undefined;
  return /^~\*?(.*)$/.exec(one.name)?.[1];
}

/** The bracket that ends the condition stands behind its last word. */
function isUnbalanced(pattern: string): boolean {
  const count = (bracket: RegExp) => [...pattern.matchAll(bracket)].length;
  return count(/(?<!\\)\)/g) > count(/(?<!\\)\(/g);
}
