import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { isFields, readKept } from "../artifacts/kept-file.ts";
import { writeAtomically } from "../shared/atomic-write.ts";
import type { RestoreOrder, RestoreTimes } from "./restorer.ts";

interface RestoreRecord extends RestoreOrder, RestoreTimes {
  readonly format: 1;
}

/** Keeps what happened when in a restore: `<evidence>/restores/<stamp>.json`. */
export async function noteTimes(
  folder: string,
  { backup, stamp }: RestoreOrder,
  times: RestoreTimes,
): Promise<RestoreTimes> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `${stamp}.json`);
  const record: RestoreRecord = { format: 1, backup, stamp, ...times, ...(await readKept(file, isRecord)) };
  await writeAtomically(file, `${JSON.stringify(record, undefined, 2)}\n`);
  return record;
}

function isRecord(value: unknown): value is RestoreRecord {
  return isFields(value) && typeof value["stamp"] === "string";
}
