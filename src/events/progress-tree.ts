import type { CozyEvent } from "./event.ts";
import type { WatchProgress } from "../canary/traffic-progress.ts";
import { printable } from "./text-width.ts";

/** A plan on its way, as the stream of events tells it: what a picture is drawn from. */
export interface ProgressTree {
  command: string;
  project: string;
  environment: string;
  release: string;
  phases: PhaseNode[];
  warnings: string[];
  notes: string[];
  undoReason: string | undefined;
  ended: Extract<CozyEvent, { type: "plan-ended" }> | undefined;
}

type NodeState = "waiting" | "running" | "done" | "skipped" | "failed" | "undoing" | "undone" | "undo-failed";

export interface PhaseNode {
  readonly name: string;
  readonly title: string;
  startedAt: number | undefined;
  durationMs: number | undefined;
  readonly operations: OperationNode[];
}

export interface OperationNode {
  readonly id: string;
  readonly title: string;
  readonly host: string;
  state: NodeState;
  startedAt: number | undefined;
  durationMs: number | undefined;
  /** The newest progress or line of output, while it runs; then what it noted. */
  line: string | undefined;
  /** Where the watch of a release stands, while it goes on. */
  watch: WatchProgress | undefined;
  /** What it failed with; stays when it was taken back. */
  failure:
    | { readonly interrupted: boolean; readonly message: string; readonly durationMs: number }
    | undefined;
  /** The last lines of its output. */
  readonly tail: string[];
}

/** How much of an operation's output is kept, to be shown should it fail. */
const tailLines = 12;

export function newTree(): ProgressTree {
  return {
    command: "",
    project: "",
    environment: "",
    release: "",
    phases: [],
    warnings: [],
    notes: [],
    undoReason: undefined,
    ended: undefined,
  };
}

/** Takes one event in. An operation that the plan did not announce is left out, so that no event can break the picture. */
export function grow(tree: ProgressTree, event: CozyEvent): void {
  switch (event.type) {
    case "plan-started":
      Object.assign(tree, newTree(), begun(event));
      return;
    case "phase-started":
      return change(phaseOf(tree, event.phase), { startedAt: event.at });
    case "phase-done":
      return change(phaseOf(tree, event.phase), { durationMs: event.durationMs });
    case "undo-started":
      tree.undoReason = printable(event.reason);
      return;
    case "warning":
      tree.warnings.push(printable(event.message));
      return;
    case "note":
      tree.notes.push(printable(event.message));
      return;
    case "plan-ended":
      tree.ended = event;
      return;
    case "operation-started":
    case "operation-progress":
    case "canary-tick":
    case "operation-output":
    case "operation-done":
    case "operation-skipped":
    case "operation-failed":
    case "operation-undoing":
    case "operation-undone":
    case "undo-failed":
      growOperation(operationOf(tree, event.operation), event);
  }
}

type OperationEvent = Extract<CozyEvent, { readonly operation: string }>;

function growOperation(node: OperationNode | undefined, event: OperationEvent): void {
  switch (event.type) {
    case "operation-started":
      return change(node, { state: "running", startedAt: event.at });
    case "operation-progress":
      return change(node, { line: printable(event.text) });
    case "canary-tick":
      return change(node, { watch: event.watch });
    case "operation-output":
      return addOutput(node, printable(event.line));
    case "operation-done":
      return change(node, { state: "done", durationMs: event.durationMs, line: printable(event.note ?? "") });
    case "operation-skipped":
      return change(node, { state: "skipped", line: printable(event.reason) });
    case "operation-failed": {
      const { code, message, durationMs } = event;
      const failure = { interrupted: code === "interrupted", message: printable(message), durationMs };
      return change(node, { state: "failed", durationMs, failure });
    }
    case "operation-undoing":
      return change(node, { state: "undoing", startedAt: event.at, durationMs: undefined });
    case "operation-undone":
      return change(node, { state: "undone", durationMs: node?.failure?.durationMs ?? event.durationMs });
    case "undo-failed":
      return change(node, {
        state: "undo-failed",
        durationMs: node?.failure?.durationMs ?? event.at - (node?.startedAt ?? event.at),
        line: printable(event.message),
      });
  }
}

function begun(event: Extract<CozyEvent, { type: "plan-started" }>): Partial<ProgressTree> {
  const { command, project, environment, release } = event;
  const phases = event.phases.map(({ name, title, operations }) => ({
    name,
    title: printable(title),
    startedAt: undefined,
    durationMs: undefined,
    operations: operations.map(({ id, title, host }) => ({
      id,
      title: printable(title),
      host: printable(host),
      state: "waiting" as const,
      startedAt: undefined,
      durationMs: undefined,
      line: undefined,
      watch: undefined,
      failure: undefined,
      tail: [],
    })),
  }));
  return { command, project, environment, release, phases };
}

function addOutput(node: OperationNode | undefined, line: string): void {
  if (node === undefined || line.trim() === "") return;
  node.line = line;
  node.tail.push(line);
  if (node.tail.length > tailLines) node.tail.shift();
}

function change<Node extends object>(node: Node | undefined, changes: Partial<Node>): void {
  if (node !== undefined) Object.assign(node, changes);
}

function phaseOf(tree: ProgressTree, name: string): PhaseNode | undefined {
  return tree.phases.find((phase) => phase.name === name);
}

function operationOf(tree: ProgressTree, id: string): OperationNode | undefined {
  for (const phase of tree.phases) {
    const found = phase.operations.find((operation) => operation.id === id);
    if (found !== undefined) return found;
  }
  return undefined;
}
