import { watchLines } from "../canary/text.ts";
import type { WatchProgress } from "../canary/traffic-progress.ts";
import { durationText } from "../shared/duration.ts";
import { hostGroups, isOfManyHosts, type HostGroup } from "./draw-hosts.ts";
import type { Style } from "./marks.ts";
import type { OperationNode, PhaseNode, ProgressTree } from "./progress-tree.ts";
import { displayWidth, padEnd, truncate } from "./text-width.ts";

export interface Canvas extends Style {
  readonly width: number;
  readonly now: number;
  /** Which picture of the spinner; counts up. */
  readonly frame: number;
}

/** A line of the picture, and how gladly it is given up where the terminal is too low for all. */
export interface Row {
  readonly text: string;
  readonly kind: "heading" | "past" | "present" | "future";
}

/** Draws the plan: phases that are over or not yet begun take one line, the one that runs shows its operations. */
export function drawTree(tree: ProgressTree, canvas: Canvas): Row[] {
  const { colours } = canvas;
  if (tree.command === "") return [];
  const title = `${verbOf(tree.command)} ${colours.bold(tree.project)} ${prepositionOf(tree.command)} ${colours.bold(tree.environment)}`;
  const columns = columnsOf(tree, canvas.width);
  const rows: Row[] = [
    blank("heading"),
    { text: `  ${title}  ${colours.dim(tree.release)}`, kind: "heading" },
    blank("heading"),
    ...tree.phases.flatMap((phase) => drawPhase(phase, tree.ended !== undefined, columns, canvas)),
    ...drawUndoing(tree, canvas),
    ...(tree.notes.length + tree.warnings.length === 0 ? [] : [blank("past")]),
    ...tree.notes.map((note): Row => ({ text: `  ${colours.dim(note)}`, kind: "past" })),
    ...tree.warnings.map((warning): Row => ({
      text: `  ${canvas.marks.warning} ${warning}`,
      kind: "present",
    })),
  ];
  return rows.map((row) => ({ ...row, text: truncate(row.text, canvas.width - 1, canvas.marks.dots) }));
}

interface Columns {
  /** Where the times stand. */
  readonly time: number;
  /** Whether a host has to be named: not where there is but one. */
  readonly hosts: number;
}

const timeWidth = 12;

/** Columns below which a remark would be little more than its dots. */
const narrowestRemark = 16;

function columnsOf(tree: ProgressTree, width: number): Columns {
  const operations = tree.phases.flatMap((phase) => phase.operations);
  const names = new Set(operations.map(({ host }) => host));
  const groups = tree.phases.filter(isOfManyHosts).flatMap(hostGroups);
  const widths = [...names, ...groups.map(({ name }) => name)].map(displayWidth);
  const hosts = names.size < 2 ? 0 : Math.max(...widths) + 2;
  const longest = Math.max(
    ...tree.phases.map(({ title }) => displayWidth(title)),
    ...operations.map(({ title }) => displayWidth(title) + hosts + 2),
  );
  return { time: Math.max(12, Math.min(longest, 56, width - timeWidth - 6)), hosts };
}

function drawPhase(phase: PhaseNode, ended: boolean, columns: Columns, canvas: Canvas): Row[] {
  const state = phaseState(phase);
  const { colours, marks } = canvas;
  const spinning = state === "running" || state === "undoing";
  const title = state === "waiting" ? colours.dim(phase.title) : phase.title;
  const row = line(4, markOf(state, canvas), title, phaseTime(phase, state, canvas), "", columns, canvas);
  const kind = spinning || state === "failed" ? "present" : state === "waiting" ? "future" : "past";
  const rows: Row[] = [{ text: row, kind }];
  if (!spinning && state !== "failed") return rows;
  const lines = isOfManyHosts(phase) ? hostGroups(phase) : phase.operations.map(alone);
  for (const { operation, name } of lines) {
    if (ended && operation.state === "waiting") continue;
    rows.push({ text: drawOperation(operation, name, columns, canvas), kind: "present" });
    if (operation.watch !== undefined && operation.state === "running") {
      rows.push(...drawWatch(operation.watch, canvas));
    }
    if (operation.failure === undefined || operation.failure.interrupted) continue;
    rows.push(
      ...operation.tail.map((output): Row => ({
        text: `      ${marks.bar} ${colours.dim(output)}`,
        kind: "past",
      })),
    );
  }
  return rows;
}

/** Its own block under the operation: what both releases served, and what that says. */
function drawWatch(watch: WatchProgress, canvas: Canvas): Row[] {
  return [
    blank("past"),
    ...watchLines(watch, { ...canvas, width: canvas.width - 8 }).map((text): Row => ({
      text: `        ${text}`,
      kind: "present",
    })),
    blank("past"),
  ];
}

function alone(operation: OperationNode): Pick<HostGroup, "operation" | "name"> {
  return { operation, name: operation.host };
}

function drawOperation(operation: OperationNode, hosts: string, columns: Columns, canvas: Canvas): string {
  const { colours } = canvas;
  const waiting = operation.state === "waiting";
  const host = columns.hosts === 0 ? "" : `${padEnd(hosts, columns.hosts - 2)}  `;
  const title = `${colours.dim(host)}${waiting ? colours.dim(operation.title) : operation.title}`;
  return line(
    6,
    operationMark(operation, canvas),
    title,
    timeOf(operation, canvas),
    remarkOf(operation, canvas),
    columns,
    canvas,
  );
}

function drawUndoing(tree: ProgressTree, { marks, colours }: Canvas): Row[] {
  if (tree.undoReason === undefined) return [];
  const outcome = tree.ended?.outcome;
  const done =
    outcome === "undone" ? "What was begun was taken back" : "Not all that was begun was taken back";
  const words = outcome === undefined ? "Taking back what was begun" : done;
  return [
    blank("past"),
    { text: `  ${marks.undone} ${words}: ${colours.dim(tree.undoReason)}`, kind: "present" },
  ];
}

function line(
  indent: number,
  mark: string,
  title: string,
  time: string,
  remark: string,
  columns: Columns,
  canvas: Canvas,
): string {
  const room = columns.time + 4 - indent;
  const name = padEnd(truncate(title, room, canvas.marks.dots), room);
  const row = `${" ".repeat(indent - 2)}${mark} ${name}  ${canvas.colours.dim(time.padStart(9))}`;
  const tooNarrow = canvas.width - displayWidth(row) < narrowestRemark;
  return remark === "" || tooNarrow ? row.trimEnd() : `${row}   ${remark}`;
}

/** What failed keeps its sign when it was taken back, so that it can still be found. */
function operationMark({ state, failure }: OperationNode, canvas: Canvas): string {
  if (failure === undefined || state === "undoing") return markOf(state, canvas);
  return failure.interrupted ? canvas.marks.interrupted : canvas.marks.failed;
}

/** What a phase is at follows from its operations; only an empty one has to be told. */
function phaseState(phase: PhaseNode): OperationNode["state"] {
  const is = (state: OperationNode["state"]) =>
    phase.operations.some((operation) => operation.state === state);
  if (is("undoing")) return "undoing";
  if (is("undo-failed") || phase.operations.some((operation) => operation.failure !== undefined))
    return "failed";
  if (is("undone")) return "undone";
  if (phase.operations.every((operation) => operation.state === "skipped")) return "skipped";
  if (phase.durationMs !== undefined) return "done";
  return phase.startedAt === undefined ? "waiting" : "running";
}

function phaseTime(phase: PhaseNode, state: OperationNode["state"], canvas: Canvas): string {
  if (state === "undone") return "taken back";
  if (phase.durationMs !== undefined) return durationText(phase.durationMs);
  return state === "running" && phase.startedAt !== undefined ? running(canvas.now - phase.startedAt) : "";
}

function timeOf(operation: OperationNode, { now }: Canvas): string {
  if (operation.durationMs !== undefined) return durationText(operation.durationMs);
  return operation.startedAt === undefined ? "" : running(now - operation.startedAt);
}

/** Whole seconds while something runs: tenths would only flicker. */
function running(elapsedMs: number): string {
  return durationText(Math.max(0, Math.floor(elapsedMs / 1000) * 1000)).replace("0 ms", "");
}

function remarkOf({ state, line, failure }: OperationNode, { colours }: Canvas): string {
  if (state === "undoing") return colours.yellow("taking back");
  if (state === "undo-failed") return colours.red(`could not be taken back: ${line ?? ""}`);
  if (failure !== undefined)
    return failure.interrupted ? colours.dim("interrupted") : colours.red(failure.message);
  return colours.dim(state === "undone" ? "taken back" : (line ?? ""));
}

function markOf(state: OperationNode["state"], { marks, frame }: Canvas): string {
  if (state === "running" || state === "undoing") return marks.spinner[frame % marks.spinner.length] ?? "";
  return state === "undo-failed" ? marks.failed : marks[state];
}

function blank(kind: Row["kind"]): Row {
  return { text: "", kind };
}

const verbs: Readonly<Record<string, string>> = {
  deploy: "Deploying",
  rollback: "Rolling back",
  resume: "Going on with",
  abort: "Taking back",
  join: "Adding hosts to",
  leave: "Taking hosts out of",
};

function verbOf(command: string): string {
  return verbs[command] ?? command;
}

function prepositionOf(command: string): string {
  return command === "deploy" ? "to" : "on";
}
