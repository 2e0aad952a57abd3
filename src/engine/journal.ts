import type { Outcome } from "../events/event.ts";
import type { Plan } from "../release/plan.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { Who } from "./who.ts";

/**
 * The durable record of a plan being carried out: one file of JSON lines, the header first. An entry is on the disk before what it
 * announces begins, and before anything builds on what it records.
 */
export interface Journal {
  readonly name: string;
  readonly header: JournalHeader;
  /** Without those of deployers whose lease had been taken over when they wrote. */
  readonly entries: readonly JournalEntry[];
  /** Up to where the file is whole; what follows was cut off in the middle of a write and was never built upon. */
  readonly wholeBytes: number;
  readonly tornBytes: number;
}

export interface JournalHeader {
  readonly format: 1;
  readonly plan: Plan;
  readonly who: Who;
  readonly commits: readonly Commit[];
  readonly reason: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** The version of cozy that wrote it. */
  readonly cozy: string;
  readonly token: number;
}

export interface Commit {
  readonly id: string;
  readonly subject: string;
  readonly author?: string;
}

export type JournalEvent =
  | { readonly event: "started" | "done" | "undo-started" | "undone"; readonly operation: string }
  | { readonly event: "failed" | "undo-failed"; readonly operation: string; readonly message: string }
  | { readonly event: "note"; readonly operation?: string; readonly text: string }
  /** Another command goes on with the plan, under a lease of its own. */
  | { readonly event: "taken-up"; readonly by: "resume" | "abort"; readonly who: Who }
  | { readonly event: "ended"; readonly outcome: Outcome };

/** What the journal keeps of an event: when, and under which token, so that a late write of a fenced deployer is known as such. */
export type JournalEntry = JournalEvent & { readonly at: number; readonly token: number };

/** `20261124T132425.123Z-deploy-<release>.jsonl`: sorted by name is sorted by time. */
export function journalName(plan: Plan, startedAt: number): string {
  const time = new Date(startedAt).toISOString().replaceAll(/[-:]/g, "");
  return `${time}-${plan.command}-${plan.release}.jsonl`;
}

/** Reads a journal; a last line without its end is left out and counted, any other fault is an error that names the line. */
export function parseJournal(name: string, text: string): Journal {
  const wholeText = text.slice(0, text.lastIndexOf("\n") + 1);
  const [first, ...rest] = wholeText.split("\n").slice(0, -1);
  if (first === undefined) throw damaged(name, 1, "the header is missing");
  const header = parseHeader(name, first);
  const entries = rest.map((line, index) => parseEntry(name, index + 2, line));
  const wholeBytes = Buffer.byteLength(wholeText);
  return {
    name,
    header,
    entries: withoutFenced(header.token, entries),
    wholeBytes,
    tornBytes: Buffer.byteLength(text) - wholeBytes,
  };
}

/** What the plan came to, where it has ended. */
export function outcomeOf(journal: Journal): Outcome | undefined {
  return journal.entries.findLast((entry) => entry.event === "ended")?.outcome;
}

/** Whether the text ends with a closing entry; spares the reading of journals that nothing is left to do for. */
export function looksEnded(text: string): boolean {
  const lastLine = text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
  return lastLine.endsWith("\n") && lastLine.includes('"event":"ended"');
}

function withoutFenced(token: number, entries: readonly JournalEntry[]): JournalEntry[] {
  let newest = token;
  return entries.filter((entry) => {
    newest = Math.max(newest, entry.token);
    return entry.token === newest;
  });
}

function parseHeader(name: string, line: string): JournalHeader {
  const value = parseObject(name, 1, line);
  const { format } = value;
  if (typeof format !== "number" || !Number.isInteger(format) || format < 1) {
    throw damaged(name, 1, "the header has no format number");
  }
  if (format > 1) throw newer(name, format);
  if (!isHeader(value)) throw damaged(name, 1, "the header lacks its plan, its token or its time");
  return value;
}

function isHeader(value: object): value is JournalHeader {
  if (!("plan" in value) || typeof value.plan !== "object" || value.plan === null) return false;
  if (!("phases" in value.plan) || !Array.isArray(value.plan.phases)) return false;
  return hasNumber(value, "token") && hasNumber(value, "startedAt");
}

function parseEntry(name: string, line: number, text: string): JournalEntry {
  const value = parseObject(name, line, text);
  if (!isEntry(value)) throw damaged(name, line, "the line is no entry of a journal");
  return value;
}

const aboutOperation = new Set(["started", "done", "failed", "undo-started", "undone", "undo-failed"]);
const aboutPlan = new Set(["note", "taken-up", "ended"]);

function isEntry(value: Record<string, unknown>): value is Record<string, unknown> & JournalEntry {
  const event = String(value["event"]);
  const known = aboutPlan.has(event) || (aboutOperation.has(event) && typeof value["operation"] === "string");
  return known && hasNumber(value, "at") && hasNumber(value, "token");
}

function hasNumber(value: object, field: string): boolean {
  return typeof Object.getOwnPropertyDescriptor(value, field)?.value === "number";
}

function parseObject(name: string, line: number, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // Told below, by its place: the parser's own words name a column of a line that nobody has open.
  }
  throw damaged(name, line, "the line is no JSON object");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(name: string, line: number, fault: string): CozyError {
  return new CozyError("journal-damaged", {
    message: `The journal ${name} is damaged at line ${line}: ${fault}.`,
    state: "The file was left as it is. What the hosts serve is not touched by this.",
    next: "See what serves with `cozy status`. To go on without this journal, move the file out of its folder.",
  });
}

function newer(name: string, format: number): CozyError {
  return new CozyError("journal-newer", {
    message: `The journal ${name} has format ${format}; this cozy reads formats up to 1.`,
    state: "Nothing was changed.",
    next: "Use the cozy that wrote it, or a newer one: npm install --save-dev cozywish@latest",
  });
}
