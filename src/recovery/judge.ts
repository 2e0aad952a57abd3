import { holdRehearsal, type RehearsalRequest } from "../rehearsal/rehearser.ts";
import type { ScratchGiven } from "../rehearsal/scratch-given.ts";
import type { RehearsalVerdict } from "../rehearsal/verdict.ts";
import type { DrillVerdict } from "./drill-verdict.ts";
import { holdDrill, type DrillParts, type DrillRequest } from "./hold-drill.ts";

/** Tries what is on restored data, on the machine where the data are; every verdict is kept there. */
export interface Judge {
  rehearse(
    request: RehearsalRequest & ScratchGiven,
    progress: (text: string) => void,
    signal: AbortSignal,
  ): Promise<RehearsalVerdict>;
  drill(request: DrillRequest, progress: (text: string) => void, signal: AbortSignal): Promise<DrillVerdict>;
}

export function judge(parts: DrillParts): Judge {
  return {
    rehearse: (request, progress, signal) => holdRehearsal(parts, request, progress, signal),
    drill: (request, progress, signal) => holdDrill(parts, request, progress, signal),
  };
}
