import { rm } from "node:fs/promises";
import { isAbsolute, join, relative } from "node:path";
import { spread } from "../../routing/spread.ts";
import { closedSocket, type Share } from "../../routing/route-table.ts";
import {
  nextTableNumber,
  pruneTables,
  putIntoForce,
  readRoutes,
  writeTable,
} from "../../routing/table-files.ts";
import { CozyError } from "../../errors/cozy-error.ts";

/** Tables that stay, so that the access log's buckets can be mapped to releases later. */
const keptTables = 200;

/**
 * Lays a new table, moving as few clients as can be, and puts it into force by one rename; without shares it lets nobody in. Where the one
 * in force is that very table nothing is written: a switch that failed on a full disk can be taken back there. The caller holds the fence.
 */
export async function switchRoutes(runFolder: string, shares: readonly Share[], now: number): Promise<void> {
  const before = await readableRoutes(runFolder);
  if (shares.length === 0 && before.length === 0) return rm(join(runFolder, "routes"), { force: true });
  const absolute = (shares.length === 0 ? closed : shares).map((share) => ({
    ...share,
    sockets: share.sockets.map((socket) => join(runFolder, socket)),
  }));
  const sockets = spread(absolute, before);
  if (sockets.every((socket, bucket) => socket === before[bucket])) return;
  const number = await nextTableNumber(runFolder);
  await writeTable(runFolder, { format: 1, number, sockets });
  await putIntoForce(runFolder, number, now);
  if (number % 50 === 0) await pruneTables(runFolder, keptTables); // rarely, since a switch is not to wait for it
}

const closed: readonly Share[] = [{ hundredths: 100, sockets: [closedSocket] }];

/** Sockets of the table in force, relative to the run folder, with the number of buckets that lead to each. */
export async function routesInForce(runFolder: string): Promise<Record<string, number>> {
  const table = await readRoutes(runFolder);
  const counts: Record<string, number> = {};
  for (const socket of table?.sockets ?? []) {
    const name = isAbsolute(socket) ? relative(runFolder, socket) : socket;
    if (name === closedSocket) continue;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** A damaged table is no reason not to write a whole one; only the least movement of clients is lost. */
async function readableRoutes(runFolder: string): Promise<readonly string[]> {
  try {
    return (await readRoutes(runFolder))?.sockets ?? [];
  } catch (error) {
    if (error instanceof CozyError && error.code === "routes-damaged") return [];
    throw error;
  }
}
