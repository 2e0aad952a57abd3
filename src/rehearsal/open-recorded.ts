import { scratchPaths } from "../hosts/environment-paths.ts";
import { readReleaseEnvironment } from "../hosts/release-folder.ts";
import { recorder, type Recorder } from "./recorder.ts";
import { openScratch, type Scratch, type ScratchParts } from "./scratch.ts";

export interface RecordedScratch {
  readonly scratch: Scratch;
  readonly recorder: Recorder;
}

/**
 * A scratch environment in which the failing statements of these releases are noted. The recorder's files go into it, and its place is
 * known before it is there.
 */
export async function openRecorded(
  parts: ScratchParts,
  releases: readonly string[],
  signal: AbortSignal,
): Promise<RecordedScratch> {
  const placed = await Promise.all(releases.map((id) => readReleaseEnvironment(parts.paths, id)));
  const own = Object.fromEntries(
    Object.entries(parts.variables).flatMap(([key, value]) =>
      typeof value === "string" ? [[key, value]] : [],
    ),
  );
  const recording = recorder(
    scratchPaths(parts.paths, parts.name).root,
    placed.map(({ variables }) => ({ ...variables, ...own })),
  );
  const scratch = await openScratch(
    { ...parts, variables: { ...parts.variables, ...recording.variables } },
    signal,
  );
  try {
    await recording.lay();
    return { scratch, recorder: recording };
  } catch (error) {
    await scratch.close();
    throw error;
  }
}
