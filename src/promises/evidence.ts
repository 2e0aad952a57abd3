import { mkdir, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isFields } from "../artifacts/kept-file.ts";
import { systemCode } from "../shared/thrown.ts";

/** What a promise was measured by, once. A line of `<evidence>/<promise>.jsonl`. */
export interface Evidence {
  readonly format: 1;
  readonly promise: PromiseName;
  /** When it was measured, in milliseconds since the epoch. */
  readonly at: number;
  readonly outcome: "kept" | "broken" | "not proven";
  /** In the promise's own unit, which `text` says as well: milliseconds, percent, a number of requests. */
  readonly measured: number | undefined;
  readonly declared: number | undefined;
  /** Of requests: how many met a site that was closed for maintenance; absent where none did. */
  readonly closed?: number | undefined;
  /** In a sentence, with its numbers. */
  readonly text: string;
  readonly release: string | undefined;
  readonly backup: string | undefined;
  /** The command that measured it: `cozy drill production`. */
  readonly by: string;
  /** Stages and findings, for the reader who wants to know more. */
  readonly details?: readonly string[];
}

export type PromiseName =
  | "recovery.rto"
  | "recovery.rpo"
  | "availability"
  | "latency"
  | "no-lost-request"
  | "backups-restorable"
  | "retention"
  | `schedule.${string}`;

/** Where measurements are kept, as whoever makes them sees it. */
export interface EvidenceBook {
  record(evidence: Evidence): Promise<void>;
}

export function evidenceBook(folder: string): EvidenceBook {
  return { record: (evidence) => recordEvidence(folder, evidence) };
}

/** Appends a measurement and waits until the disk has it. */
export async function recordEvidence(folder: string, evidence: Evidence): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const handle = await open(fileOf(folder, evidence.promise), "a+", 0o600);
  try {
    // A line that a power cut tore stays alone on its line, so that this one can be read.
    const { size } = await handle.stat();
    const last = size === 0 ? "\n" : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString();
    await handle.appendFile(`${last === "\n" ? "" : "\n"}${JSON.stringify(evidence)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export interface KeptEvidence {
  /** Oldest first. */
  readonly measurements: readonly Evidence[];
  /** Lines that can't be read. */
  readonly unreadable: number;
}

/** What is known of a promise. */
export async function readEvidence(folder: string, promise: PromiseName): Promise<KeptEvidence> {
  let text: string;
  try {
    text = await readFile(fileOf(folder, promise), "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { measurements: [], unreadable: 0 };
    throw error;
  }
  const lines = text.split("\n").filter((line) => line !== "");
  const measurements = lines.flatMap((line) => parseLine(line) ?? []);
  return { measurements, unreadable: lines.length - measurements.length };
}

function parseLine(line: string): Evidence | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEvidence(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEvidence(value: unknown): value is Evidence {
  return (
    isFields(value) &&
    value["format"] === 1 &&
    typeof value["promise"] === "string" &&
    typeof value["at"] === "number" &&
    typeof value["outcome"] === "string" &&
    typeof value["text"] === "string"
  );
}

function fileOf(folder: string, promise: PromiseName): string {
  return join(folder, `${promise}.jsonl`);
}
