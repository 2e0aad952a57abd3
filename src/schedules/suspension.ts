import { writeAtomically } from "../shared/atomic-write.ts";
import { fileModeIn, makeFolderWithin } from "../shared/shared-folder.ts";
import { isFields, readKeptJson } from "./kept-json.ts";
import type { SchedulePlace } from "./schedule-place.ts";

/** `state.json`: whether a schedule is suspended, since when, by whom and why. Times are in milliseconds since the epoch. */
export interface ScheduleState {
  readonly format: 1;
  readonly suspended: Suspension | null;
  /** The suspension before: starts within it were nobody's to run. */
  readonly before?: (Suspension & { readonly until: number; readonly resumedBy: string }) | undefined;
}

export interface Suspension {
  readonly at: number;
  readonly by: string;
  readonly reason?: string | undefined;
}

const never: ScheduleState = { format: 1, suspended: null };

export function readState(place: SchedulePlace): ScheduleState {
  return readKeptJson(place.state, isState) ?? never;
}

/** Gives what holds from now on; one that is suspended already stays as it was. */
export async function suspend(place: SchedulePlace, suspension: Suspension): Promise<ScheduleState> {
  const state = readState(place);
  return state.suspended === null ? write(place, { ...state, suspended: suspension }) : state;
}

export async function resume(place: SchedulePlace, at: number, by: string): Promise<ScheduleState> {
  const { suspended } = readState(place);
  if (suspended === null) return readState(place);
  return write(place, {
    format: 1,
    suspended: null,
    before: { ...suspended, until: at, resumedBy: by },
  });
}

/** Whether a start at that time is nobody's to run. */
export function isSuspendedAt({ suspended, before }: ScheduleState, at: number): boolean {
  if (suspended !== null && at >= suspended.at) return true;
  return before !== undefined && at >= before.at && at < before.until;
}

function isState(value: unknown): value is ScheduleState {
  if (!isFields(value)) return false;
  const { suspended, before } = value;
  const isSpan = (span: unknown) => isFields(span) && typeof span["at"] === "number";
  return (suspended === null || isSpan(suspended)) && (before === undefined || isSpan(before));
}

async function write(place: SchedulePlace, state: ScheduleState): Promise<ScheduleState> {
  makeFolderWithin(place.folder);
  await writeAtomically(place.state, `${JSON.stringify(state)}\n`, fileModeIn(place.folder));
  return state;
}
