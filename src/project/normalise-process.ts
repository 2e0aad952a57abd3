import type { Command, DjangoWeb, ProcessOptions } from "./input.ts";
import { normaliseLimits, words } from "./normalise-parts.ts";
import type { ProcessType } from "./project.ts";
import { durationMs } from "./units.ts";

/** A process type as it is written: with a command, or (Django's `web`) with one that cozy makes. */
type Options = Partial<Pick<ProcessOptions, "command">> & Omit<DjangoWeb, "command">;

/** A command alone stands for `{ command: … }`. */
export function asOptions<Written extends object>(
  process: Command | Written,
): Written | { readonly command: Command } {
  return typeof process === "string" || isList(process) ? { command: process } : process;
}

export function normaliseProcess(options: Options, type: string): ProcessType {
  return {
    command: options.command === undefined ? [] : words(options.command),
    count: options.count ?? 1,
    listen: options.listen ?? "socket",
    ready: options.ready && {
      output: options.ready.output,
      timeoutMs: durationMs(options.ready.timeout ?? "30s"),
    },
    singleton: options.singleton ?? type === "scheduler",
    stopSignal: options.stopSignal ?? "SIGTERM",
    stopTimeoutMs: durationMs(options.stopTimeout ?? "30s"),
    limits: normaliseLimits(options.limits ?? {}, { memoryBytes: undefined, openFiles: undefined }),
  };
}

/** `Array.isArray` does not tell a readonly list from the rest of a union. */
function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
