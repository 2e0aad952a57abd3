import { stripVTControlCharacters } from "node:util";

/**
 * Text of other programs made fit to be shown on one line: without colours, cursor movements, bells and line breaks, which would
 * break the picture, or worse, make a terminal act.
 */
export function printable(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll("\t", "  ")
      // Also the direction overrides, which can make a line read as what it is not.
      .replaceAll(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]/gu, "")
  );
}

/** How many columns a terminal gives the text; colours take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemesOf(stripVTControlCharacters(text))) width += graphemeWidth(segment);
  return width;
}

/** Cuts the text so that it takes at most `width` columns, with `dots` where something was cut. Keeps colours whole. */
export function truncate(text: string, width: number, dots = "…"): string {
  if (displayWidth(text) <= width) return text;
  const room = Math.max(0, width - displayWidth(dots));
  let used = 0;
  let kept = "";
  for (const part of text.split(colourSequence)) {
    if (part.startsWith("\u001B[")) {
      kept += part;
      continue;
    }
    for (const { segment } of graphemesOf(part)) {
      used += graphemeWidth(segment);
      if (used <= room) kept += segment;
    }
  }
  return width < displayWidth(dots) ? "" : kept + dots;
}

/** Fills up with spaces to `width` columns. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

let segmenter: Intl.Segmenter | undefined;

/** As a person counts characters. What tells them apart is made when it is first needed, because that takes as long as a third of Node's start. */
function graphemesOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter.segment(text);
}

// oxlint-disable-next-line no-control-regex -- the escape that begins a colour is a control character
const colourSequence = /(\u001B\[[\d;]*m)/;

const emoji = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u;

function graphemeWidth(grapheme: string): number {
  if (emoji.test(grapheme)) return 2;
  const code = grapheme.codePointAt(0) ?? 0;
  if (code < 0x20 || /^[\p{Mn}\p{Me}\p{Cf}]/u.test(grapheme)) return 0;
  return isWide(code) ? 2 : 1;
}

/** The blocks of East Asian characters that take two columns. */
const wideBlocks: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1b000, 0x1b2ff],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  return code >= 0x1100 && wideBlocks.some(([from, to]) => code >= from && code <= to);
}
