import { accessRules } from "./access-rules.ts";
import { headerRules } from "./header-rules.ts";
import { locationRules } from "./location-rules.ts";
import { placeFile, UnreadableFile, withInner } from "./place.ts";
import { proxyRules } from "./proxy-rules.ts";
import type { Rule } from "./rule.ts";

/** A fault that `nginx -t` does not see. */
export interface LintFinding {
  readonly rule: string;
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** What can happen, and what to write instead. */
  readonly message: string;
}

const rules: readonly Rule[] = [...headerRules, ...proxyRules, ...locationRules, ...accessRules];

/**
 * Looks for what nginx takes and should not have: the rules of gixy that matter to a site, and some of our own. `files` holds texts by
 * path; each of `entries` is read with what it includes, as far as that is among the files. All files are entries unless told otherwise.
 */
export function lintNginx(
  files: ReadonlyMap<string, string>,
  entries: readonly string[] = [...files.keys()],
): readonly LintFinding[] {
  return entries.flatMap((path) => {
    try {
      const all = placeFile(files, path).flatMap(withInner);
      return all.flatMap((one) =>
        rules.flatMap(({ name, check }): LintFinding[] => {
          const message = check(one, all);
          return message === undefined ? [] : [{ rule: name, path: one.path, line: one.line, message }];
        }),
      );
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      return [
        {
          rule: "syntax",
          path: error.path,
          line: error.line,
          message: `nginx can't read it: ${error.message}.`,
        },
      ];
    }
  });
}

/** As one line: `site.conf:12 alias_traversal: …` */
export function findingText({ rule, path, line, message }: LintFinding): string {
  return `${path}:${line} ${rule}: ${message}`;
}
