import type { LastExit } from "../instance.ts";

/** Reads the note that `ended` leaves of the last end of an instance: `3 killed KILL 1795871000`. Pure. */
export function parseLastEnd(text: string): LastExit | undefined {
  const [, kind, status, at] = /^\d+ ([a-z]+) (\S+) (\d+)\n$/.exec(text) ?? [];
  if (kind === undefined || status === undefined) return undefined;
  const end = { at: Number(at) * 1000 };
  if (kind === "exited") return { ...end, code: Number(status), signal: null };
  return { ...end, code: null, signal: /^[A-Z]/.test(status) ? `SIG${status}` : status };
}
