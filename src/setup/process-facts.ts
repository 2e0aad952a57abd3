import type { ProcessType } from "../project/project.ts";
import { durationText } from "../shared/duration.ts";
import { sizeText } from "../shared/size-text.ts";

type Held = Pick<ProcessType, "limits" | "stopSignal" | "stopTimeoutMs">;

/** What the units of process types hold their instances to, in words: it comes from a set-up and not from a release. Pure. */
export function processFacts(
  processes: Readonly<Record<string, Held>>,
): Record<string, Record<string, string>> {
  return Object.fromEntries(
    Object.entries(processes).map(([type, { limits, stopSignal, stopTimeoutMs }]) => [
      type,
      {
        memory: limits.memoryBytes === undefined ? "no limit" : sizeText(limits.memoryBytes),
        "open files": limits.openFiles === undefined ? "the usual" : String(limits.openFiles),
        "stop signal": stopSignal,
        "stop time-out": durationText(stopTimeoutMs),
      },
    ]),
  );
}
