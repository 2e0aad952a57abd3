import { durationText } from "../shared/duration.ts";
import type { CozyEvent, Served } from "./event.ts";
import type { Style } from "./marks.ts";
import type { ProgressTree } from "./progress-tree.ts";
import { displayWidth, padEnd, printable } from "./text-width.ts";

type Ended = Extract<CozyEvent, { type: "plan-ended" }>;

/** What it came to: outcome and time, what every host serves, what is left, and what to run next. */
export function summaryLines(
  tree: Pick<ProgressTree, "environment" | "release">,
  ended: Ended,
  style: Style,
): string[] {
  return [
    "",
    `  ${outcomeText(tree, ended, style)}  ${style.colours.dim(durationText(ended.durationMs))}`,
    ...servedLines(ended.serves, style),
    ...ended.outstanding.map((id) => `    ${style.marks.warning} left undone: ${printable(id)}`),
    ...nextLines(ended, style),
    "",
  ];
}

function outcomeText(
  { environment, release }: Pick<ProgressTree, "environment" | "release">,
  { outcome }: Ended,
  { colours, marks }: Style,
): string {
  const { bold, green, yellow } = colours;
  const texts = {
    committed: `${marks.done} ${bold(green(`${release} is in force on ${environment}`))}`,
    undone: `${marks.undone} ${bold(yellow(`Taken back: ${environment} is as it was`))}`,
    interrupted: `${marks.warning} ${bold(yellow(`Left unfinished on ${environment}`))}`,
  };
  return texts[outcome];
}

/** A table of what every host serves; what differs from the others is marked. */
function servedLines(serves: readonly Served[], { marks }: Style): string[] {
  const width = Math.max(0, ...serves.map(({ host }) => displayWidth(host)));
  const usual = mostServed(serves);
  return serves.map((served) => {
    const { host, address } = served;
    const odd = served.unknown !== undefined || served.release !== usual;
    const at = address === undefined ? "" : ` at ${address}`;
    return `  ${odd ? marks.warning : " "} ${padEnd(printable(host), width)}  ${servedText(served)}${at}`;
  });
}

function servedText({ release, unknown }: Served): string {
  return unknown === undefined ? `serves ${release ?? "nothing"}` : `not known: ${printable(unknown)}`;
}

function mostServed(serves: readonly Served[]): string | undefined {
  const known = Map.groupBy(
    serves.filter(({ unknown }) => unknown === undefined),
    ({ release }) => release,
  );
  return [...known].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}

/** Where an error follows, it says itself what to do next. */
function nextLines({ next, error }: Ended, { colours }: Style): string[] {
  if (error !== undefined || next.length === 0) return [];
  return [
    "",
    ...next.map((command, index) => `    ${colours.dim(index === 0 ? "next" : "    ")}  ${command}`),
  ];
}
