import { open, rename, stat, type FileHandle } from "node:fs/promises";
import { fileModeIn, shareFile } from "../shared/shared-folder.ts";
import { systemCode } from "../shared/thrown.ts";
import { isFields } from "./kept-json.ts";
import type { SchedulePlace } from "./schedule-place.ts";

/**
 * `skipped`: it fell into a run that had not ended. `missed`: nothing was there to start it. `lost`: its process is gone and has not
 * said how it ended. `stopped`: a person, or the stop of the environment, ended it.
 */
export type RunOutcome = "succeeded" | "failed" | "timed-out" | "skipped" | "missed" | "lost" | "stopped";

/** What started a run: its time, a person, or a time that had been missed. */
export type StartedBy = "clock" | "hand" | "catch-up";

/** A line of `runs.jsonl`: that a run took place, or did not. Times are in milliseconds since the epoch. */
export interface RunEvidence {
  readonly format: 1;
  readonly id: string;
  readonly schedule: string;
  readonly release: string;
  /** The start that it was for; of several missed ones the last. `null` for a run by hand. */
  readonly due: number | null;
  /** The same as `endedAt` where nothing ran. */
  readonly startedAt: number;
  /** For a lost run: when it was noticed. */
  readonly endedAt: number;
  readonly outcome: RunOutcome;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly by: StartedBy;
  /** Who, for a run by hand. */
  readonly who?: string | undefined;
  /** Relative to the schedule's folder. */
  readonly outputFile: string | null;
  /** The last lines of its output, without the release's secrets. */
  readonly tail: readonly string[];
  /** Of `missed`: how many starts, the first of them, and whether there were more than were counted. */
  readonly missed?: { readonly starts: number; readonly first: number; readonly more: boolean } | undefined;
  /** Of `skipped`: how long the other run had gone on by then. */
  readonly otherRanForMs?: number | undefined;
  /** What the outcome alone does not tell. */
  readonly note?: string | undefined;
}

export const evidenceLimits = { maxBytes: 2 * 1024 * 1024, keep: 4 } as const;

/** Appends a line and waits until the disk has it. To be called with the schedule's lock held. */
export async function appendEvidence(
  place: SchedulePlace,
  evidence: RunEvidence,
  limits: { readonly maxBytes: number; readonly keep: number } = evidenceLimits,
): Promise<void> {
  await rotateWhenLarge(place, limits);
  const handle = await open(place.evidence, "a+", fileModeIn(place.folder));
  try {
    shareFile(place.evidence);
    // A line that a power cut tore stays alone on its line, so that this one can be read.
    const begin = (await endsWithLine(handle)) ? "" : "\n";
    await handle.appendFile(`${begin}${JSON.stringify(evidence)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The last lines of evidence, oldest first, read from the file's end. */
export async function lastEvidence(place: SchedulePlace, most: number): Promise<RunEvidence[]> {
  const found: RunEvidence[] = [];
  for (const file of [place.evidence, rotated(place, 1)]) {
    const runs = parseEvidence(await endOf(file)).runs;
    found.unshift(...runs);
    if (found.length >= most) break;
  }
  return found.slice(-most);
}

export interface Evidence {
  /** Oldest first. */
  readonly runs: readonly RunEvidence[];
  /** Lines that can't be read: torn by a power cut, as a rule. */
  readonly unreadable: number;
  /** Lines of a format to come. */
  readonly newer: number;
}

/** All that is kept. */
export async function allEvidence(place: SchedulePlace): Promise<Evidence> {
  const files = Array.from({ length: evidenceLimits.keep }, (_, i) => rotated(place, i + 1)).toReversed();
  const runs: RunEvidence[] = [];
  let unreadable = 0;
  let newer = 0;
  for (const file of [...files, place.evidence]) {
    const parsed = parseEvidence(await endOf(file, Number.POSITIVE_INFINITY));
    runs.push(...parsed.runs);
    unreadable += parsed.unreadable;
    newer += parsed.newer;
  }
  return { runs, unreadable, newer };
}

/** A line that can't be read is counted and passed over. */
export function parseEvidence(text: string): Evidence {
  const runs: RunEvidence[] = [];
  let unreadable = 0;
  let newer = 0;
  for (const line of text.split("\n").filter((one) => one !== "")) {
    const value = jsonIn(line);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its shape has just been checked
    if (isEvidence(value)) runs.push(value as unknown as RunEvidence);
    else if (isNewer(value)) newer += 1;
    else unreadable += 1;
  }
  return { runs, unreadable, newer };
}

function jsonIn(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isNewer(value: unknown): boolean {
  return isFields(value) && typeof value["format"] === "number" && value["format"] > 1;
}

function isEvidence(value: unknown): value is Record<string, unknown> {
  return (
    isFields(value) &&
    value["format"] === 1 &&
    ["id", "schedule", "release", "outcome", "by"].every((name) => typeof value[name] === "string") &&
    ["startedAt", "endedAt"].every((name) => typeof value[name] === "number") &&
    Array.isArray(value["tail"])
  );
}

/** Enough for some hundred lines. */
const endBytes = 256 * 1024;

/** The whole lines at a file's end; a last one that is torn comes as it is. */
async function endOf(file: string, most = endBytes): Promise<string> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, most);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const from = length < size ? buffer.indexOf(0x0a) + 1 : 0;
    return buffer.toString("utf8", from);
  } finally {
    await handle.close();
  }
}

async function endsWithLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return true;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] === 0x0a;
}

async function rotateWhenLarge(
  place: SchedulePlace,
  { maxBytes, keep }: { readonly maxBytes: number; readonly keep: number },
): Promise<void> {
  if ((await sizeOf(place.evidence)) < maxBytes) return;
  for (let number = keep - 1; number >= 1; number -= 1) {
    await renameIfThere(rotated(place, number), rotated(place, number + 1));
  }
  await renameIfThere(place.evidence, rotated(place, 1));
}

function rotated(place: SchedulePlace, number: number): string {
  return place.evidence.replace(/\.jsonl$/, `.${number}.jsonl`);
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
}
