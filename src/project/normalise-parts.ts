import { splitCommand } from "./command-words.ts";
import type {
  Command,
  Drain as DrainInput,
  Limits as LimitsInput,
  SmokeCheck as SmokeInput,
  Value,
} from "./input.ts";
import type { Drain, Limits, SmokeCheck, ValueSource } from "./project.ts";
import type { Json } from "../shared/json.ts";
import { durationMs, sizeBytes } from "./units.ts";

export function normaliseLimits(limits: LimitsInput, otherwise: Limits): Limits {
  return {
    memoryBytes: limits.memory === undefined ? otherwise.memoryBytes : sizeBytes(limits.memory),
    openFiles: limits.openFiles ?? otherwise.openFiles,
  };
}

export function normaliseSmoke(check: SmokeInput): SmokeCheck {
  if (typeof check === "string") return normaliseSmoke({ path: check });
  const withinMs = durationMs(check.within ?? "5s");
  if ("command" in check) return { kind: "command", command: words(check.command), withinMs };
  const sends = check.form !== undefined || check.json !== undefined;
  return {
    kind: "request",
    path: check.path,
    status: check.status ?? 200,
    text: check.text,
    ...(sends || check.method !== undefined ? { method: check.method ?? "POST" } : {}),
    ...(check.headers === undefined ? {} : { headers: normaliseHeaders(check.headers) }),
    ...(check.form === undefined ? {} : { form: { page: check.page ?? check.path, fields: check.form } }),
    ...(check.json === undefined ? {} : { json: plainJson(check.json) }),
    withinMs,
  };
}

export function normaliseHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function plainJson(value: unknown): Json {
  const copy: Json = JSON.parse(JSON.stringify(value));
  return copy;
}

export function normaliseDrain(drain: DrainInput, otherwise: Drain): Drain {
  return {
    requestsMs: drain.requests === undefined ? otherwise.requestsMs : durationMs(drain.requests),
    streamsMs: drain.streams === undefined ? otherwise.streamsMs : durationMs(drain.streams),
  };
}

export function normaliseValue(value: Value, variable: string): ValueSource {
  if (typeof value === "string") return { from: "literal", value };
  if (value.from === "generated") return { from: "generated", bytes: value.bytes ?? 32 };
  const name = value.name ?? variable;
  return value.from === "dotenv" ? { from: "dotenv", file: value.file, name } : { from: value.from, name };
}

export function words(command: Command): readonly string[] {
  if (typeof command !== "string") return command;
  const split = splitCommand(command);
  return split.ok ? split.words : [command];
}

/** `./uploads/` and `uploads` are one folder. */
export function folderPath(path: string): string {
  return (
    path
      .split("/")
      .filter((part) => part !== "" && part !== ".")
      .join("/") || "."
  );
}

export function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
