import type { TerminalStream } from "../live-area.ts";

/** A terminal in memory that understands what the reporter sends, so that tests see the picture and not the sequences. */
export function screen(columns: number, rows: number) {
  const lines: string[] = [""];
  let row = 0;
  let cursorHidden = false;
  const writes: string[] = [];
  const stream: TerminalStream & { columns: number; rows: number } = {
    columns,
    rows,
    write: (text) => {
      writes.push(text);
      // oxlint-disable-next-line no-control-regex -- it is about control sequences
      for (const part of text.split(/(\u001B\[[?\d;]*[A-Za-z]|\r|\n)/)) take(part);
      return true;
    },
  };
  const take = (part: string) => {
    if (part === "\n") {
      row += 1;
      lines[row] ??= "";
    } else if (part === "\u001B[?25l") cursorHidden = true;
    else if (part === "\u001B[?25h") cursorHidden = false;
    else if (part === "\u001B[J") lines.length = row + 1;
    else if (part.endsWith("A") && part.startsWith("\u001B[")) row -= Number.parseInt(part.slice(2), 10);
    else if (part === "\r" || part === "\u001B[K" || part === "") return;
    else lines[row] = part;
  };
  return {
    stream,
    writes,
    text: () => lines.join("\n"),
    cursorHidden: () => cursorHidden,
  };
}
