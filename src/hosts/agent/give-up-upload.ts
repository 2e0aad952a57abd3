import { CozyError } from "../../errors/cozy-error.ts";
import { isOfLostHost } from "./lost-host.ts";
import type { GivenUp, UploadBegun, Uploads } from "./uploads.ts";

const withinMs = 15_000;

/**
 * Has the host remove what arrived of an upload that failed with this error, also where it was called off. Gives what there is to tell of
 * it: the error, or the full disk that was behind it.
 */
export async function giveUpUpload(
  error: unknown,
  begun: UploadBegun,
  failed: GivenUp | undefined,
  uploads: Uploads,
): Promise<unknown> {
  if (isOfLostHost(error)) return error; // the next upload sweeps what is left
  const rooms = [begun.artifact, begun.tree, begun.runtime].flatMap((room) =>
    typeof room === "string" || room.folder === failed?.folder ? [] : [{ folder: room.folder, sizeBytes: 0 }],
  );
  try {
    const all = failed === undefined ? rooms : [failed, ...rooms];
    await uploads.giveUp(all, AbortSignal.timeout(withinMs));
  } catch (told) {
    if (!(told instanceof CozyError) || told.code !== "disk-full") return error;
    return told.with({ details: error instanceof CozyError ? error.details : [], cause: error });
  }
  return error;
}
