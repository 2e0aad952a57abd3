import { watchLine } from "../canary/text.ts";
import { durationText } from "../shared/duration.ts";
import { counted } from "../shared/words.ts";
import { isOfManyHosts } from "./draw-hosts.ts";
import type { CozyEvent, PhaseOutline, Reporter } from "./event.ts";
import { styleOf, type Style } from "./marks.ts";
import { summaryLines } from "./summary.ts";
import { printable } from "./text-width.ts";

/** One line an event, each with the seconds since the start; for logs, where nothing moves. */
export function plainReporter(
  write: (text: string) => void,
  style: Style = styleOf({ colour: false, unicode: true }),
): Reporter {
  const plan: Plan = {
    startedAt: undefined,
    environment: "",
    release: "",
    hosts: new Map(),
    titles: new Map(),
    told: undefined,
    folded: new Map(),
  };
  return {
    report: (event) => {
      if (event.type === "plan-started") begin(plan, event);
      const seconds = ((event.at - (plan.startedAt ?? event.at)) / 1000).toFixed(1).padStart(6);
      for (const line of linesOf(event, plan, style)) write(`${`[${seconds} s] ${line}`.trimEnd()}\n`);
      if (event.type === "plan-ended") write(`${summaryLines(plan, event, style).join("\n")}\n`);
    },
    close: () => {},
  };
}

interface Plan {
  startedAt: number | undefined;
  environment: string;
  release: string;
  /** `title on host`, by operation. */
  readonly titles: Map<string, string>;
  readonly hosts: Map<string, string>;
  /** Operations of the same title in a phase of many hosts, by id: they are told as one when the last has ended. */
  readonly folded: Map<string, Folded>;
  /** What was last said of a watched release. */
  told: { readonly at: number; readonly decided: string } | undefined;
}

/** The same operation on many hosts. */
interface Folded {
  readonly title: string;
  readonly hosts: number;
  /** How many have not ended. */
  left: number;
  done: number;
  slowest: { readonly host: string; readonly durationMs: number };
  readonly notes: Set<string>;
  /** How many are being taken back, and how many have been. */
  undoing: number;
  undone: number;
}

function begin(plan: Plan, event: Extract<CozyEvent, { type: "plan-started" }>): void {
  plan.startedAt = event.at;
  plan.environment = event.environment;
  plan.release = event.release;
  for (const phase of event.phases) {
    plan.titles.set(phase.name, phase.title);
    if (isOfManyHosts(phase)) fold(plan, phase);
    for (const { id, title, host } of phase.operations) {
      plan.titles.set(id, `${title} on ${host}`);
      plan.hosts.set(id, host);
    }
  }
}

function fold({ folded }: Plan, { operations }: PhaseOutline): void {
  for (const same of Map.groupBy(operations, ({ title }) => title).values()) {
    const [first] = same;
    if (first === undefined || same.length === 1) continue;
    const one: Folded = {
      title: printable(first.title),
      hosts: same.length,
      left: same.length,
      done: 0,
      slowest: { host: "", durationMs: -1 },
      notes: new Set(),
      undoing: 0,
      undone: 0,
    };
    for (const { id } of same) folded.set(id, one);
  }
}

/** One line when the last of them has ended, with the remark that all of them made; what fails has a line of its own before. */
function foldedLines(plan: Plan, id: string, { marks }: Style): string[] {
  const one = plan.folded.get(id);
  if (one === undefined) return [];
  one.left -= 1;
  if (one.left > 0 || one.done === 0) return [];
  const { title, hosts, done, slowest, notes } = one;
  const on = done === hosts ? `${hosts} hosts` : `${done} of ${hosts} hosts`;
  const [same = "", another] = notes;
  const note = same === "" || another !== undefined ? "" : `: ${same}`;
  return [
    `  ${marks.done} ${title} on ${on}, ${durationText(slowest.durationMs)} at most, on ${slowest.host}${note}`,
  ];
}

function noteDone(
  plan: Plan,
  { operation, durationMs, note }: Extract<CozyEvent, { type: "operation-done" }>,
): void {
  const one = plan.folded.get(operation);
  if (one === undefined) return;
  one.done += 1;
  one.notes.add(printable(note ?? ""));
  if (durationMs > one.slowest.durationMs) {
    one.slowest = { host: plan.hosts.get(operation) ?? operation, durationMs };
  }
}

/** One line when all that were being taken back have ended. */
function undoneLines(one: Folded, undone: boolean, { marks }: Style): string[] {
  one.undoing -= 1;
  if (undone) one.undone += 1;
  if (one.undoing > 0 || one.undone === 0) return [];
  return [`  ${marks.undone} ${one.title}: taken back on ${counted(one.undone, "host")}`];
}

type Ticked = Extract<CozyEvent, { type: "canary-tick" }>;

/** Once a minute, and whenever something about it changes that was decided: a log is not a chart. */
function watchLineIfDue(plan: Plan, { at, operation, watch }: Ticked): string[] {
  const decided = `${operation} ${watch.state} ${watch.verdict.decision}`;
  const { told } = plan;
  if (told !== undefined && told.decided === decided && at - told.at < 60_000) return [];
  plan.told = { at, decided };
  return [printable(watchLine(watch, at))];
}

function linesOf(event: CozyEvent, plan: Plan, style: Style): string[] {
  const { titles, hosts, folded } = plan;
  const { marks } = style;
  const nameOf = (id: string) => printable(titles.get(id) ?? id);
  const dots = marks.dots;
  switch (event.type) {
    case "plan-started":
      return [`${event.command} ${event.release}: ${event.project}, ${event.environment}`];
    case "phase-started":
      return [`${nameOf(event.phase)}${dots}`];
    case "phase-done":
      return [`${nameOf(event.phase)}: done in ${durationText(event.durationMs)}`];
    case "operation-started":
      return folded.has(event.operation) ? [] : [`  ${nameOf(event.operation)}${dots}`];
    case "operation-progress":
      return [`    ${hosts.get(event.operation) ?? event.operation} ${marks.bar} ${printable(event.text)}`];
    case "canary-tick":
      return watchLineIfDue(plan, event).map(
        (line) => `    ${hosts.get(event.operation) ?? event.operation} ${marks.bar} ${line}`,
      );
    case "operation-output":
      return [`    ${hosts.get(event.operation) ?? event.operation} ${marks.bar} ${printable(event.line)}`];
    case "operation-done": {
      const note = event.note === undefined ? "" : `: ${printable(event.note)}`;
      if (folded.has(event.operation)) {
        noteDone(plan, event);
        return foldedLines(plan, event.operation, style);
      }
      return [`  ${marks.done} ${nameOf(event.operation)}, ${durationText(event.durationMs)}${note}`];
    }
    case "operation-skipped":
      return [
        `  ${marks.skipped} ${nameOf(event.operation)}: ${printable(event.reason)}`,
        ...foldedLines(plan, event.operation, style),
      ];
    case "operation-failed": {
      const took = durationText(event.durationMs);
      return [
        `  ${marks.failed} ${nameOf(event.operation)}, ${took}: ${event.code}: ${printable(event.message)}`,
        ...foldedLines(plan, event.operation, style),
      ];
    }
    case "undo-started":
      return [`Taking back what was begun: ${printable(event.reason)}`];
    case "operation-undoing": {
      const many = folded.get(event.operation);
      if (many === undefined) return [`  taking back: ${nameOf(event.operation)}${dots}`];
      many.undoing += 1;
      return [];
    }
    case "operation-undone": {
      const many = folded.get(event.operation);
      if (many !== undefined) return undoneLines(many, true, style);
      return [
        `  ${marks.undone} ${nameOf(event.operation)}: taken back in ${durationText(event.durationMs)}`,
      ];
    }
    case "undo-failed": {
      const many = folded.get(event.operation);
      return [
        `  ${marks.failed} ${nameOf(event.operation)}: could not be taken back: ${printable(event.message)}`,
        ...(many === undefined ? [] : undoneLines(many, false, style)),
      ];
    }
    case "warning":
      return [`warning: ${printable(event.message)}`];
    case "note":
      return [printable(event.message)];
    case "plan-ended":
    default:
      return [];
  }
}
