import { displayWidth } from "./text-width.ts";

/** What a picture is drawn on: a terminal, or a test's record of one. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

const hideCursor = "\u001B[?25l";
const showCursor = "\u001B[?25h";
const eraseLine = "\u001B[K";
const eraseBelow = "\u001B[J";

/** The lowest lines of a terminal, drawn again and again in place; what is drawn last stays in the scrollback. */
export function liveArea(stream: TerminalStream) {
  let drawn: readonly string[] = [];
  let hidden = false;
  const width = () => stream.columns ?? 80;
  return {
    draw: (lines: readonly string[]) => {
      const back = rowsOf(drawn, width());
      const home = back === 0 ? "\r" : `\u001B[${back}A\r`;
      const text = lines.map((line) => `${line}${eraseLine}\n`).join("");
      stream.write(`${hidden ? "" : hideCursor}${home}${text}${eraseBelow}`);
      hidden = true;
      drawn = lines;
    },
    /** Leaves what is drawn, and gives the cursor back. */
    close: () => {
      if (hidden) stream.write(showCursor);
      hidden = false;
      drawn = [];
    },
  };
}

/** A terminal made narrower since breaks a line that once fitted into several. */
function rowsOf(lines: readonly string[], width: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(displayWidth(line) / width)), 0);
}
