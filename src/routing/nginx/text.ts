import { CozyError } from "../../errors/cozy-error.ts";

/** Lines of an nginx file, without their ends. */
export type Lines = readonly string[];

/** A block with its content indented: `location / { … }`. */
export function block(head: string, ...content: readonly (string | Lines)[]): Lines {
  return [`${head} {`, ...indented(content.flat()), "}"];
}

export function indented(lines: Lines): Lines {
  return lines.map((line) => (line === "" ? "" : `    ${line}`));
}

/** A file of paragraphs with an empty line between them. */
export function fileText(...paragraphs: readonly Lines[]): string {
  return `${paragraphs
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/**
 * A value as one word of nginx. A `$` can't be said: nginx has no escape for it, and what follows would be taken for a variable. The
 * names of variables are put beside such words, never through here.
 */
export function word(value: string): string {
  // oxlint-disable-next-line no-control-regex
  const bad = /[$\u0000-\u001f\u007f]/.exec(value)?.[0];
  if (bad !== undefined) {
    throw new CozyError("nginx-cant-say", {
      message: `${JSON.stringify(value)} holds ${bad === "$" ? "a dollar sign" : "a control character"}, which nginx has no way to write.`,
      state: "Nothing was changed.",
      next: "Take it out of the project file: cozy check",
    });
  }
  return plain.test(value) ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

const plain = /^[^\s"'\\;{}#~]+$/;
