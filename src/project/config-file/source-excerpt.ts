import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../../errors/cozy-error.ts";
import type { Position } from "./locate.ts";

export interface SourcePlace extends Partial<Position> {
  readonly file: string;
}

/** `cozy.config.ts:12:5`, the line itself, and a caret under the column. */
export function excerpt(place: SourcePlace, source: string | undefined, root: string): string[] {
  const file = shownPath(place.file, root);
  const { line, column } = place;
  if (line === undefined) return [file];
  const text = source?.split(/\r?\n/)[line - 1];
  const head = [file, String(line), ...(column === undefined ? [] : [String(column)])].join(":");
  if (text === undefined) return [head];
  const number = `${String(line)} | `;
  const caret =
    column === undefined
      ? []
      : [" ".repeat(number.length) + text.slice(0, column - 1).replace(/[^\t]/g, " ") + "^"];
  return [head, number + text, ...caret];
}

export function shownPath(file: string, root: string): string {
  const inside = relative(root, file);
  return inside === "" || inside.startsWith("..") ? file : inside;
}

/**
 * Where an error came from, as far as its stack tells: the head that Node puts before a syntax error, or the innermost call in a file
 * that is the user's own.
 */
export function placeOf(
  error: unknown,
  isOwn: (file: string) => boolean = () => false,
): SourcePlace | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const head = /^(file:\/\/\S+?|\/\S+?):(\d+)\n([\s\S]*)/.exec(stack);
  if (head?.[1] !== undefined) {
    const caret = /^(\s*)\^/m.exec(head[3] ?? "");
    const column = caret ? { column: (caret[1] ?? "").length + 1 } : {};
    return { file: filePath(head[1]), line: Number(head[2]), ...column };
  }
  for (const [, url, line, column] of stack.matchAll(/\(?(file:\/\/[^\s()]+?):(\d+):(\d+)\)?$/gm)) {
    const file = filePath(url ?? "");
    if (isOwn(file)) return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

/** Line and column that Node's type stripper and acorn give with a syntax error, in their several ways. */
export function positionIn(error: unknown): Position | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("loc" in error && typeof error.loc === "object" && error.loc !== null) {
    const { line, column } = error.loc as { line?: unknown; column?: unknown };
    if (typeof line === "number" && typeof column === "number") return { line, column: column + 1 };
  }
  return drawnPosition(messageOf(error));
}

/** Node 22 draws the place into its message: the line in its head, the column only by a caret under the source. */
function drawnPosition(message: string): Position | undefined {
  const line = /,-\[(?:[^\]]*?:)?(\d+):\d+\]/.exec(message)?.[1];
  if (line === undefined) return undefined;
  const caret = /^ *: ( *)\^/m.exec(message)?.[1];
  return { line: Number(line), column: (caret ?? "").length + 1 };
}

/** The message without the drawing that Node 22 puts around it, and without the place that is shown beside it. */
export function plainMessage(error: unknown): string {
  const lines = messageOf(error).split("\n");
  const first = lines.find((line) => line.trim() !== "") ?? "";
  return first
    .replace(/^\s*[x×]\s+/, "")
    .replace(/ \(\d+:\d+\)$/, "")
    .trim();
}

function filePath(url: string): string {
  try {
    return url.startsWith("file:") ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}
