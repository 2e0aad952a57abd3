import { posix } from "node:path";

/** One requirement of a requirements file, as pip reads it. */
export interface Requirement {
  /** As it stands there, without hashes. */
  readonly text: string;
  /** The file, relative to the application, and the line that it begins on. */
  readonly file: string;
  readonly line: number;
  readonly kind: "pinned" | "unpinned" | "archive" | "commit" | "moving" | "local" | "editable";
  readonly hashed: boolean;
}

export interface RequirementLines {
  readonly requirements: readonly Requirement[];
  /** Files that `-r` and `-c` name, relative to the application. */
  readonly includes: readonly {
    readonly path: string;
    readonly constraint: boolean;
    readonly line: number;
  }[];
}

/** Reads one requirements file. Pure. */
export function requirementLines(file: string, text: string): RequirementLines {
  const requirements: Requirement[] = [];
  const includes: { path: string; constraint: boolean; line: number }[] = [];
  for (const { line, content } of logicalLines(text)) {
    const include = /^(-r|--requirement|-c|--constraint)(?:\s*=\s*|\s+|(?=[^-\s=]))(.+)$/.exec(content);
    if (include !== null) {
      const [, option = "", path = ""] = include;
      const place = posix.normalize(posix.join(posix.dirname(file), unquoted(path.trim())));
      includes.push({ path: place, constraint: option === "-c" || option === "--constraint", line });
      continue;
    }
    const editable = /^(?:-e|--editable)(?:\s*=\s*|\s+)(.+)$/.exec(content);
    if (editable !== null) {
      requirements.push({ text: content, file, line, kind: "editable", hashed: false });
      continue;
    }
    if (content.startsWith("-")) continue;
    const hashed = /\s--hash[=\s]/.test(content) || /#sha(?:256|384|512)=/.test(content);
    const bare = content.replace(/\s--[\w-]+.*$/, "").trim();
    requirements.push({ text: bare, file, line, kind: kindOf(bare), hashed });
  }
  return { requirements, includes };
}

/** Lines that end with a backslash go on in the next; a `#` after a space begins a comment. */
function logicalLines(text: string): { line: number; content: string }[] {
  const found: { line: number; content: string }[] = [];
  let begun: { line: number; content: string } | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const isComment = /^\s*#/.test(raw);
    const content: string = (begun?.content ?? "") + (isComment ? "" : raw);
    const line = begun?.line ?? index + 1;
    if (!isComment && content.endsWith("\\")) {
      begun = { line, content: content.slice(0, -1) };
      continue;
    }
    begun = undefined;
    const bare = content.replace(/(^|\s)#.*$/, "").trim();
    if (bare !== "") found.push({ line, content: bare });
  }
  return begun === undefined ? found : [...found, { ...begun, content: begun.content.trim() }];
}

function kindOf(text: string): Requirement["kind"] {
  // An environment marker has no say in how a package is pinned.
  const [beforeMarker = ""] = text.split(/\s;|;\s/, 1);
  const address = /^[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?\s*@\s*(\S+)/.exec(beforeMarker)?.[1] ?? beforeMarker;
  if (/^(git|hg|svn|bzr)\+/.test(address)) return /@[0-9a-f]{40}(?=#|$)/.test(address) ? "commit" : "moving";
  if (/^https?:/.test(address)) return "archive";
  if (/^file:|^\.{0,2}\/|^\.\.?$|\.(whl|zip|tar\.gz)$/.test(address)) return "local";
  return /^[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?\s*={2,3}\s*[^\s*,;]+\s*(;|$)/.test(text) ? "pinned" : "unpinned";
}

function unquoted(path: string): string {
  return path.replace(/^(["'])(.*)\1$/, "$2");
}
