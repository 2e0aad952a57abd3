import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isFields, readKept, writeKept } from "../../artifacts/kept-file.ts";
import { systemCode } from "../../errors/cozy-error.ts";
import type { InstanceSpec } from "../../instances/instance.ts";

/** `starts.json` beside the logs of a release: how long each log was when its instance was last asked for. */
interface LogStarts {
  readonly format: 1;
  readonly sizesBytes: Readonly<Record<string, number>>;
}

/**
 * Notes where the logs of instances end, right before these are started: their logs are appended to over all their lives, and a
 * release that comes back must not be taken for ready by what it logged the last time. Those that run already keep their note.
 */
export async function noteLogStarts(
  folder: string,
  specs: readonly InstanceSpec[],
  isRunning: (spec: InstanceSpec) => boolean,
): Promise<void> {
  const fresh = specs.filter((spec) => !isRunning(spec));
  if (fresh.length === 0) return;
  const known = await readKept(fileOf(folder), isLogStarts);
  const sizes = await Promise.all(
    fresh.map(async ({ id, logFile }) => [`${id.type}.${id.index}`, await sizeOf(logFile)] as const),
  );
  await writeKept(fileOf(folder), {
    format: 1,
    sizesBytes: { ...known?.sizesBytes, ...Object.fromEntries(sizes) },
  });
}

/** Where the present life of an instance begins in its log; its beginning where nobody noted it. */
export async function logStart(folder: string, instance: string): Promise<number> {
  return (await readKept(fileOf(folder), isLogStarts))?.sizesBytes[instance] ?? 0;
}

function fileOf(folder: string): string {
  return join(folder, "starts.json");
}

function isLogStarts(value: unknown): value is LogStarts {
  if (!isFields(value) || !isFields(value["sizesBytes"])) return false;
  return Object.values(value["sizesBytes"]).every((size) => typeof size === "number");
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}
