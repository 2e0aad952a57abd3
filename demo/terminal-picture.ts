/**
 * Draws what a terminal showed as SVG: `tmux capture-pane -e -p | node demo/terminal-picture.ts > docs/images/deploy.svg`.
 * Knows the few colours that cozy uses.
 */
import { text } from "node:stream/consumers";

const colours: Readonly<Record<string, string>> = {
  31: "#ff7b72",
  32: "#7ee787",
  33: "#e3b341",
  36: "#79c0ff",
};
const plain = "#d6deeb";
const [cellWidth, lineHeight, padding, bar] = [8.43, 20, 22, 34];

const lines = (await text(process.stdin)).trimEnd().split("\n");
const width =
  Math.ceil(Math.max(...lines.map((line) => withoutCodes(line).length)) * cellWidth) + 2 * padding;
const height = bar + lines.length * lineHeight + padding;
process.stdout.write(
  [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A deploy in a terminal">`,
    `<rect width="${width}" height="${height}" rx="10" fill="#0d1526"/>`,
    ...[0, 1, 2].map((dot) => `<circle cx="${20 + dot * 18}" cy="18" r="5.5" fill="#2b3a55"/>`),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">`,
    ...lines.map((line, index) => drawn(line, bar + (index + 0.7) * lineHeight)),
    "</g>",
    "</svg>",
    "",
  ].join("\n"),
);

function drawn(line: string, y: number): string {
  let column = 0;
  let style = { colour: plain, bold: false, dim: false };
  const spans: string[] = [];
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    const [, codes] = /^\u001b\[([\d;]*)m$/.exec(part) ?? [];
    if (codes !== undefined) {
      for (const code of codes.split(";")) style = styled(style, code);
    } else if (part !== "") {
      const x = padding + column * cellWidth;
      const look = `fill="${style.colour}"${style.bold ? ' font-weight="700"' : ""}${style.dim ? ' opacity="0.6"' : ""}`;
      if (part.trim() !== "")
        spans.push(`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${look}>${escaped(part)}</text>`);
      column += part.length;
    }
  }
  return spans.join("");
}

function styled(style: { colour: string; bold: boolean; dim: boolean }, code: string): typeof style {
  if (code === "" || code === "0") return { colour: plain, bold: false, dim: false };
  if (code === "1") return { ...style, bold: true };
  if (code === "2") return { ...style, dim: true };
  if (code === "39") return { ...style, colour: plain };
  return { ...style, colour: colours[code] ?? style.colour };
}

function withoutCodes(line: string): string {
  return line.replaceAll(/\u001b\[[\d;]*m/g, "");
}

function escaped(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(" ", "\u00a0");
}
