import { cozyName } from "./cozy-rule.ts";
import type { Cell } from "./measure.ts";
import { requestRates } from "./scenarios.ts";
import { cellOf, quantile, rulesOf, worstFalseRollback } from "./summary.ts";

const panel = { width: 300, height: 300, left: 62, top: 78, gap: 58 };
const width = panel.left + requestRates.length * (panel.width + panel.gap);
const height = panel.top + panel.height + 66;
const colours = ["#0b6e4f", "#c8553d", "#8d5b9f", "#2f6f9f", "#7a6a2f", "#555555"];
/** Both axes are logarithmic; what would not fit is drawn at their ends. */
const across = { least: 0.001, most: 1, marks: [0.001, 0.01, 0.05, 0.2, 1] };
const upwards = { least: 0.2, most: 60, never: 110, marks: [0.25, 1, 5, 15, 60] };

/** How soon a regression of 20 points is found, against the worst part of sound releases taken back: a point for each rule. */
export function plot(cells: readonly Cell[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#222">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(
      panel.left,
      26,
      "A release that fails 20 points more often: how soon is it found, and at what price?",
      {
        size: 17,
        weight: "bold",
      },
    ),
    text(
      panel.left,
      46,
      "Median minutes until the roll-back, against the worst share of sound releases rolled back. Best is bottom left.",
    ),
    ...requestRates.flatMap((rate, index) => drawPanel(cells, rate, index)),
    "</svg>",
    "",
  ].join("\n");
}

function drawPanel(cells: readonly Cell[], requestsAMinute: number, index: number): string[] {
  const left = panel.left + index * (panel.width + panel.gap);
  const bottom = panel.top + panel.height;
  return [
    text(left, panel.top - 8, `${requestsAMinute} requests a minute`, { weight: "bold" }),
    `<rect x="${left}" y="${panel.top}" width="${xOf(0.05)}" height="${panel.height}" fill="#edf6f1"/>`,
    `<rect x="${left}" y="${panel.top}" width="${panel.width}" height="${panel.height}" fill="none" stroke="#999"/>`,
    ...across.marks.flatMap((mark) => [
      line(left + xOf(mark), panel.top, left + xOf(mark), bottom, mark === 0.05 ? "#0b6e4f" : "#ddd"),
      text(left + xOf(mark), bottom + 16, mark === across.least ? "≤ 0.1 %" : `${mark * 100} %`, {
        anchor: "middle",
      }),
    ]),
    ...[...upwards.marks, upwards.never].flatMap((mark) => [
      line(left, yOf(mark), left + panel.width, yOf(mark), "#ddd"),
      ...(index === 0
        ? [
            text(left - 6, yOf(mark) + 4, mark === upwards.never ? "not found" : `${mark} min`, {
              anchor: "end",
            }),
          ]
        : []),
    ]),
    text(left + panel.width / 2, bottom + 36, "sound releases rolled back, worst scenario", {
      anchor: "middle",
    }),
    ...drawPoints(cells, requestsAMinute, left),
  ];
}

function drawPoints(cells: readonly Cell[], requestsAMinute: number, left: number): string[] {
  const points = rulesOf(cells)
    .map((rule, index) => ({
      rule,
      colour: colours[index % colours.length] ?? "#000",
      x: left + xOf(worstFalseRollback(cells, rule, requestsAMinute)),
      y: yOf(quantile(cellOf(cells, rule, "+20 pp", requestsAMinute).minutes, 0.5)),
    }))
    .toSorted((a, b) => a.y - b.y);
  let lowest = panel.top - 4;
  return points.flatMap(({ rule, colour, x, y }) => {
    // Labels keep apart from each other; a thin line leads back to a point that its label had to leave.
    const labelY = Math.max(y + 4, lowest + 14);
    lowest = labelY;
    const toTheLeft = x > left + panel.width / 2;
    const labelX = toTheLeft ? x - 10 : x + 10;
    return [
      ...(labelY - y > 8 ? [line(x, y, labelX, labelY - 4, colour)] : []),
      `<circle cx="${x}" cy="${y}" r="${rule === cozyName ? 7 : 5}" fill="${colour}"/>`,
      text(labelX, labelY, rule, {
        anchor: toTheLeft ? "end" : "start",
        colour,
        weight: rule === cozyName ? "bold" : "normal",
      }),
    ];
  });
}

function xOf(rate: number): number {
  const inside = Math.min(across.most, Math.max(across.least, rate));
  return (panel.width * Math.log(inside / across.least)) / Math.log(across.most / across.least);
}

function yOf(minutes: number): number {
  const inside = Math.min(upwards.never, Math.max(upwards.least, minutes));
  const part = Math.log(inside / upwards.least) / Math.log(upwards.never / upwards.least);
  return panel.top + panel.height - part * (panel.height - 10);
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`;
}

interface TextStyle {
  readonly size?: number;
  readonly weight?: "bold" | "normal";
  readonly anchor?: "start" | "middle" | "end";
  readonly colour?: string;
}

function text(x: number, y: number, value: string, style: TextStyle = {}): string {
  const { size = 12, weight = "normal", anchor = "start", colour = "#222" } = style;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${colour}">${value}</text>`;
}
