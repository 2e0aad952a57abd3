import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { InstanceId } from "../instance.ts";
import { journalCommand, unitsCommand } from "./journal-command.ts";
import { parseJournal, parseJournalLine, type JournalEntry } from "./journal-entry.ts";
import type { JournalParts } from "./journal-logs.ts";
import { isAtLeast, levelOf, type Level } from "./level.ts";
import { environmentSlice, instanceOfUnit } from "./unit-names.ts";

export interface LogRequest {
  readonly release?: string | undefined;
  readonly type?: string | undefined;
  readonly index?: number | undefined;
  /** Lines of this level and above. */
  readonly level?: Level | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
  /** The last so many of each instance. */
  readonly lines: number;
}

export interface LogLine {
  readonly cursor: string;
  readonly at: number;
  readonly instance: InstanceId;
  readonly level: Level;
  readonly line: string;
}

/** What the instances of an environment printed, oldest first: the last lines of each. */
export async function readJournal(
  parts: JournalParts,
  request: LogRequest,
  signal: AbortSignal,
): Promise<readonly LogLine[]> {
  if (request.lines === 0) return [];
  const all: LogLine[] = [];
  for (const unit of await loggingUnits(parts, request, signal)) {
    // Of a level, which often only the line itself tells, the journal can't count the last ones.
    const lines = request.level === undefined ? request.lines : undefined;
    const command = journalCommand({ of: { unit }, lines, since: request.since });
    const { stdout } = await parts.run(command, signal);
    const wanted = parseJournal(parts.layout.id, stdout).map(withLevel).filter(isWanted(request));
    all.push(...wanted.slice(-request.lines));
  }
  return all.sort((a, b) => a.at - b.at);
}

/** Of the newest line that anything of the environment printed; `undefined` where nothing has. */
export async function newestCursor(
  { layout, run }: JournalParts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const slice = environmentSlice(layout.id);
  const { stdout } = await run(journalCommand({ of: { slice }, lines: 1 }), signal);
  return parseJournal(layout.id, stdout).at(-1)?.cursor;
}

/**
 * Calls back for each new line until the signal is aborted, and then resolves; instances that are started meanwhile are followed too.
 * `after` is the cursor of the last line that was seen, so that none is missed and none comes twice.
 */
export async function followJournal(
  parts: JournalParts,
  request: Omit<LogRequest, "lines" | "since">,
  after: string | undefined,
  onLine: (line: LogLine) => void,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const slice = environmentSlice(parts.layout.id);
  const lines = after === undefined ? 0 : undefined;
  const [program = "", ...words] = journalCommand({ of: { slice }, follow: true, afterCursor: after, lines });
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  const stop = () => void child.kill();
  signal.addEventListener("abort", stop, { once: true });
  const matches = isWanted(request);
  createInterface({ input: child.stdout }).on("line", (text) => {
    const entry = parseJournalLine(parts.layout.id, text);
    const line = entry && withLevel(entry);
    if (line !== undefined && matches(line)) onLine(line);
  });
  await ended.finally(() => signal.removeEventListener("abort", stop));
}

async function loggingUnits({ layout, run }: JournalParts, request: LogRequest, signal: AbortSignal) {
  const { stdout } = await run(unitsCommand, signal);
  const units = stdout.split("\n").filter((unit) => {
    const instance = instanceOfUnit(layout.id, unit);
    return instance !== undefined && isAsked(instance, request);
  });
  return units.sort();
}

function isWanted(request: Pick<LogRequest, "release" | "type" | "index" | "level">) {
  return ({ instance, level }: LogLine): boolean =>
    isAsked(instance, request) && (request.level === undefined || isAtLeast(level, request.level));
}

function isAsked(
  { release, type, index }: InstanceId,
  asked: Pick<LogRequest, "release" | "type" | "index">,
): boolean {
  if (asked.release !== undefined && asked.release !== release) return false;
  if (asked.type !== undefined && asked.type !== type) return false;
  return asked.index === undefined || asked.index === index;
}

function withLevel({ cursor, at, instance, line, priority }: JournalEntry): LogLine {
  return { cursor, at, instance, level: levelOf(line, priority), line };
}
