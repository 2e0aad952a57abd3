import type { InstanceId } from "../instance.ts";
import { instanceOfUnit } from "./unit-names.ts";

/** A line that an instance printed, as the journal keeps it. */
export interface JournalEntry {
  readonly cursor: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly instance: InstanceId;
  /** From 0 (the system is unusable) to 7 (for developers), as syslog counts; 6 where nobody said. */
  readonly priority: number;
  readonly line: string;
}

/** Reads what `journalctl --output=json` prints; lines of others, and such as can't be read, are left out. Pure. */
export function parseJournal(environment: string, text: string): JournalEntry[] {
  return text.split("\n").flatMap((line) => parseJournalLine(environment, line) ?? []);
}

export function parseJournalLine(environment: string, text: string): JournalEntry | undefined {
  const fields = fieldsOf(text);
  const instance = instanceOfUnit(environment, textOf(fields["_SYSTEMD_UNIT"]) ?? "");
  const line = textOf(fields["MESSAGE"]);
  const at = Number(textOf(fields["__REALTIME_TIMESTAMP"]));
  if (instance === undefined || line === undefined || !Number.isFinite(at)) return undefined;
  return {
    cursor: textOf(fields["__CURSOR"]) ?? "",
    at: Math.floor(at / 1000),
    instance,
    priority: Number(textOf(fields["PRIORITY"]) ?? "6"),
    line,
  };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** What is no text for the journal, colours of a terminal for one, comes as numbers; a field that was said twice as both. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  if (value.every((byte) => typeof byte === "number")) return Buffer.from(value).toString("utf8");
  return textOf(value[0]);
}
