import type { Files } from "../files.ts";
import { type PythonCall, balanced, pythonCalls, stringOf } from "./python-calls.ts";
import { pathOf, withoutComments } from "./settings-modules.ts";

/** A page that Django answers, as its `urls.py` shows it. */
export interface Page {
  readonly value: string;
  /** The view, by the name that it has where it is written: `HomePage`, `admin.site.urls`. */
  readonly view: string;
  readonly where: string;
}

/** The pages of an application by its root of URLs; those with a variable part are left out. */
export function findPages(files: Files, rootModule: string): Page[] {
  return pagesOf(files, rootModule, "/", []);
}

function pagesOf(files: Files, module: string, prefix: string, outer: readonly string[]): Page[] {
  const path = pathOf(files, module);
  if (path === undefined || outer.includes(module) || outer.length > 6) return [];
  const text = withoutComments(files.read(path) ?? "");
  return pagesIn({ files, path, text, outer: [...outer, module] }, "urlpatterns", prefix);
}

interface Place {
  readonly files: Files;
  readonly path: string;
  readonly text: string;
  /** The modules and lists that lead here. */
  readonly outer: readonly string[];
}

/** The routes of a list of a module: `urlpatterns`, or one that another includes by its name. */
function pagesIn(place: Place, list: string, prefix: string): Page[] {
  // A list may include itself under a prefix: `urlpatterns = [path("app/", include(urlpatterns))]`.
  if (place.outer.includes(list)) return [];
  const inside = { ...place, outer: [...place.outer, list] };
  return listTexts(place.text, list).flatMap((text) =>
    outermost(pythonCalls(text, /^(path|re_path|url)$/)).flatMap((call) => pagesOfCall(inside, call, prefix)),
  );
}

function pagesOfCall(
  place: Place,
  { name, arguments: [written = "", view = ""] }: PythonCall,
  prefix: string,
): Page[] {
  // A prefix that is computed is empty as a rule.
  const literal = stringOf(written) ?? (/^\w+$/.test(written) ? "" : undefined);
  const route = literal === undefined || name === "path" ? literal : plain(literal);
  if (route === undefined || route.includes("<")) return [];
  const page = `${prefix}${route}`.replace(/\/{2,}/g, "/");
  const included = /^include\(\s*\(?\s*(?:["']([\w.]+)["']|(\w+)\b(?!\.))/.exec(view);
  if (included?.[1] !== undefined)
    return pagesOf(
      place.files,
      included[1],
      page,
      place.outer.filter((one) => one.includes(".")),
    );
  if (included?.[2] !== undefined) return pagesIn(place, included[2], page);
  if (view.startsWith("include(")) return [];
  return [{ value: page, view: viewName(place.text, view), where: place.path }];
}

/** `name = [ … ]` and `name += [ … ]`. */
function listTexts(text: string, name: string): string[] {
  return [
    ...text.matchAll(new RegExp(`^[ \\t]*${name}\\s*(?::[^=\\n]*)?\\+?=\\s*(?:\\w+\\()?\\[`, "gm")),
  ].flatMap((match) => {
    const inside = balanced(text, match.index + match[0].length);
    return inside === undefined ? [] : [inside];
  });
}

function outermost(calls: readonly PythonCall[]): PythonCall[] {
  let end = 0;
  return calls.filter((call) => {
    if (call.index < end) return false;
    end = call.end;
    return true;
  });
}

/** `^health/$` without what only a pattern has; `undefined` where it is more than that. */
function plain(pattern: string): string | undefined {
  const text = pattern.replace(/^\^/, "").replace(/\$$/, "").replace(/\/\?$/, "/");
  return /^[\w/.-]*$/.test(text) ? text : undefined;
}

/** What a view is called in its own module. */
function viewName(text: string, view: string): string {
  const written = view.replace(/\.as_view\(.*$/s, "").trim();
  if (written === "admin.site.urls") return written;
  const last = written.split(".").at(-1) ?? "";
  return new RegExp(`\\bimport\\b[^\\n]*\\b(\\w+)\\s+as\\s+${last}\\b`).exec(text)?.[1] ?? last;
}
