import type { Source } from "../files.ts";
import { type PythonCall, pythonCalls, stringOf } from "./python-calls.ts";

/** A variable that the sources read. */
export interface ReadVariable {
  readonly name: string;
  /** Whether nothing stands in for it where it is not set. */
  readonly required: boolean;
  /** The setting that it becomes, where the line says so: `SECRET_KEY = env("…")`. */
  readonly setting: string | undefined;
  /** The line that reads it, for what its value has to look like. */
  readonly line: string;
  readonly where: string;
}

const reading =
  /^(?:os\.)?(?:environ\.get|getenv)$|^env(?:\.\w+)?$|^config$|(?:^|_)env(?:[_a-z]*)$|^get_(?:env|secret|setting)\w*$|^dj_database_url\.config$/i;

/** Everything that settings read from the environment: os.environ, django-environ, environs, decouple, and helpers of one's own. */
export function readVariables(sources: readonly Source[]): ReadVariable[] {
  const found = sources.flatMap((source) => [
    ...subscripts(source),
    ...calls(source, sources),
    ...schemes(source),
  ]);
  const names = [...new Set(found.map((one) => one.name))];
  return names.map((name) => {
    const all = found.filter((one) => one.name === name);
    const [first] = all;
    const guarded = sources.some(({ text }) =>
      new RegExp(`["']${name}["']\\s+(?:not\\s+)?in\\s+(?:os\\.)?environ`).test(text),
    );
    const required =
      !guarded && all.some((one) => one.required) && all.every((one) => one.required || one.isBare);
    const {
      setting: own,
      line,
      where,
    } = all.find((one) => one.setting !== undefined) ?? first ?? { setting: undefined, line: "", where: "" };
    return { name, required, setting: aliasOf(own, sources), line, where };
  });
}

/** `HTTPS = env("HTTPS")`, and below `SECURE_SSL_REDIRECT = HTTPS`. */
function aliasOf(setting: string | undefined, sources: readonly Source[]): string | undefined {
  if (setting === undefined) return undefined;
  const pattern = new RegExp(
    `^(SECURE_SSL_REDIRECT|ALLOWED_HOSTS|CSRF_TRUSTED_ORIGINS|SECRET_KEY)\\s*=\\s*${setting}\\s*$`,
    "m",
  );
  return sources.map(({ text }) => pattern.exec(text)?.[1]).find((one) => one !== undefined) ?? setting;
}

interface Reading extends ReadVariable {
  /** Read with nothing standing in and nothing failing: `os.environ.get("X")`. */
  readonly isBare: boolean;
}

/** `os.environ["X"]` fails where it is missing. */
function subscripts(source: Source): Reading[] {
  return [...source.text.matchAll(/\benv(?:iron)?\[\s*["']([A-Z][A-Z0-9_]*)["']\s*\](?!\s*=[^=])/g)].map(
    (match) => {
      const line = lineAt(source.text, match.index);
      return {
        name: match[1] ?? "",
        required: !isConditional(source.text, match.index),
        isBare: false,
        setting: settingOf(line.slice(0, match.index - lineStart(source.text, match.index))),
        line,
        where: source.path,
      };
    },
  );
}

function calls(source: Source, sources: readonly Source[]): Reading[] {
  return pythonCalls(source.text, reading).flatMap((call): Reading[] => {
    const name = nameIn(call);
    if (name === undefined) return [];
    const bare = /get(env)?$/.test(call.name);
    const setting = settingOf(call.before);
    const withDefault = hasDefault(call, sources);
    // Django itself stops without one.
    const needed = bare ? setting === "SECRET_KEY" : true;
    return [
      {
        name,
        required: !withDefault && needed && !isConditional(source.text, call.index),
        isBare: bare && !withDefault,
        setting,
        line: `${lineAt(source.text, call.index)}${call.after}`,
        where: source.path,
      },
    ];
  });
}

function nameIn({ name, arguments: given }: PythonCall): string | undefined {
  const [first] = given;
  const own = stringOf(first);
  if (name === "dj_database_url.config") {
    const named = given.find((one) => /^env\s*=/.test(one));
    return stringOf(named?.replace(/^env\s*=/, "")) ?? "DATABASE_URL";
  }
  if (own !== undefined) return /^[A-Z][A-Z0-9_]*$/.test(own) ? own : undefined;
  if (
    !/^env\.(?:db|db_url|cache|cache_url)$/.test(name) ||
    (first !== undefined && !/^default\s*=/.test(first))
  )
    return undefined;
  return name.startsWith("env.db") ? "DATABASE_URL" : "CACHE_URL";
}

function hasDefault({ name, arguments: given }: PythonCall, sources: readonly Source[]): boolean {
  if (given.some((one) => /^default\s*=/.test(one))) return true;
  if (name === "dj_database_url.config") return false;
  // The second argument of django-environ's is a type, of the others' a default.
  if (/^env(\.\w+)?$/.test(name)) return given.length > 2;
  if (given.filter((one) => !/^\w+\s*=[^=]/.test(one)).length > 1) return true;
  if (/(?:environ\.get|getenv)$/.test(name) || name === "config") return false;
  const own = sources.flatMap(({ text }) => [...text.matchAll(new RegExp(`def ${name}\\(([^)]*)\\)`, "g"))]);
  return own.length === 0 || own.some(([, parameters = ""]) => parameters.includes("="));
}

/** `environ.Env(DEBUG=(bool, False))` gives defaults at one place. */
function schemes(source: Source): Reading[] {
  return pythonCalls(source.text, /(?:^|\.)Env$/).flatMap((call) =>
    call.arguments.flatMap((one): Reading[] => {
      const name = /^([A-Z][A-Z0-9_]*)\s*=\s*\(/.exec(one)?.[1];
      if (name === undefined) return [];
      return [{ name, required: false, isBare: false, setting: undefined, line: one, where: source.path }];
    }),
  );
}

function settingOf(before: string): string | undefined {
  return /^\s*([A-Z][A-Z0-9_]*)\s*(?::[^=]*)?=/.exec(before)?.[1];
}

/** Whether a line stands under an `if`, an `else`, a `try` or in a function, so that it may never be read. */
function isConditional(text: string, index: number): boolean {
  let start = lineStart(text, index);
  let indent = indentOf(text.slice(start));
  if (/^\s*(?:if|elif)\b/.test(text.slice(start, index))) return true;
  while (indent > 0 && start > 0) {
    start = lineStart(text, start - 1);
    const line = lineAt(text, start);
    if (line.trim() === "" || indentOf(line) >= indent) continue;
    // A condition over several lines ends in `):`.
    if (/^\s*(?:(?:if|elif|else|try|except|def|with|for)\b|\)\s*:)/.test(line)) return true;
    indent = indentOf(line);
  }
  return false;
}

function lineStart(text: string, index: number): number {
  return text.lastIndexOf("\n", index - 1) + 1;
}

function lineAt(text: string, index: number): string {
  const start = lineStart(text, index);
  const end = text.indexOf("\n", start);
  return text.slice(start, end === -1 ? undefined : end);
}

function indentOf(line: string): number {
  return /^[ \t]*/.exec(line)?.[0].length ?? 0;
}
