import { rm } from "node:fs/promises";
import { isFields, readKept, writeKept } from "../artifacts/kept-file.ts";
import type { Scale } from "../release/instance-types.ts";
import type { EnvironmentPaths } from "./environment-paths.ts";

/** The counts that count before those of whatever release runs; none where nothing is scaled. */
export async function readScale({ scale }: Pick<EnvironmentPaths, "scale">): Promise<Scale> {
  return (await readKept(scale, isScaleFile))?.counts ?? {};
}

/** Without any count the file goes. */
export async function writeScale({ scale }: Pick<EnvironmentPaths, "scale">, counts: Scale): Promise<void> {
  if (Object.keys(counts).length === 0) return rm(scale, { force: true });
  await writeKept(scale, { format: 1, counts });
}

interface ScaleFile {
  readonly format: 1;
  readonly counts: Scale;
}

function isScaleFile(value: unknown): value is ScaleFile {
  if (!isFields(value) || !isFields(value["counts"])) return false;
  return Object.values(value["counts"]).every((count) => Number.isInteger(count) && Number(count) >= 0);
}
