import { linkSync, readlinkSync, symlinkSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { CozyError, messageOf, systemCode } from "../errors/cozy-error.ts";
import { installNewest } from "../errors/install-newest.ts";
import { flush, writeAtomically } from "../shared/atomic-write.ts";
import { bucketName, buckets, closedSocket, releaseOf, type RouteTable } from "./route-table.ts";

/*
 * A table on disk:
 *   <run folder>/tables/<n>/00.sock .. 99.sock   relative symlinks to instances
 *   <run folder>/tables/<n>/00.mate.sock ..      to another instance of the same release, where nginx tries what could not be sent
 *   <run folder>/tables/<n>/closed               an empty file in a table that lets nobody in
 *   <run folder>/tables/<n>/table.json           format, number, and since when it is in force
 *   <run folder>/routes -> tables/<n>            the table in force
 * The links of a table never change once its folder has its name, so whoever has read a table needn't read it again.
 */

/** What `table.json` holds; `inForceAt` is in milliseconds since the epoch and absent while the table never was in force. */
export interface TableRecord {
  readonly format: 1;
  readonly number: number;
  readonly inForceAt?: number;
}

/** Lays the table's folder; writing the same table again is no fault, because a deployer may be killed right after. */
export async function writeTable(runFolder: string, table: RouteTable): Promise<void> {
  const targets = table.sockets.map((socket) => targetOf(runFolder, socket));
  const tables = join(runFolder, "tables");
  const temporary = join(tables, `.${table.number}.${process.pid}.tmp`);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  layLinks(temporary, targets);
  if (table.sockets.every((socket) => socket === join(runFolder, closedSocket))) {
    await writeFile(join(temporary, "closed"), "", { mode: 0o644 });
  }
  await writeRecord(temporary, { format: 1, number: table.number });
  try {
    await rename(temporary, join(tables, String(table.number)));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    await acceptIfTheSame(runFolder, table, error);
  }
  await flush(tables);
}

/** Puts a written table into force: one atomic rename. `at` is the time now, kept for whoever maps a bucket to a release later. */
export async function putIntoForce(runFolder: string, number: number, at: number): Promise<void> {
  const table = await readTable(runFolder, number);
  await writeRecord(folderOf(runFolder, table.number), { format: 1, number, inForceAt: at });
  const temporary = join(runFolder, `.routes.${process.pid}.tmp`);
  await rm(temporary, { force: true });
  await symlink(join("tables", String(number)), temporary);
  await rename(temporary, join(runFolder, "routes"));
  await flush(runFolder);
}

/** The table in force, its sockets named under `runFolder`; `undefined` where there never was one. */
export async function readRoutes(runFolder: string): Promise<RouteTable | undefined> {
  const number = await numberInForce(runFolder);
  return number === undefined ? undefined : await readTable(runFolder, number);
}

/** The number of the table in force: one `readlink`. */
export async function numberInForce(runFolder: string): Promise<number | undefined> {
  try {
    return numberOfLink(runFolder, await readlink(join(runFolder, "routes")));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (error instanceof CozyError) throw error;
    throw damaged(runFolder, `${join(runFolder, "routes")} is not a link to a table`, error);
  }
}

/** Which table a `routes` link names: `tables/<n>`, and nothing else. */
export function numberOfLink(runFolder: string, link: string): number {
  const [, digits] = /^tables\/(\d{1,15})$/.exec(link) ?? [];
  if (digits !== undefined) return Number(digits);
  throw damaged(runFolder, `${join(runFolder, "routes")} leads to ${link}, which is not a table`);
}

/** One table, in force or not. */
export async function readTable(runFolder: string, number: number): Promise<RouteTable> {
  const folder = folderOf(runFolder, number);
  const record = await readRecord(runFolder, folder);
  if (record.number !== number) {
    throw damaged(runFolder, `${folder} says that it is table ${record.number}`);
  }
  const links = Array.from({ length: buckets }, (_, bucket) => `${folder}${sep}${bucketName(bucket)}.sock`);
  // Few instances stand behind the hundred links.
  const known = new Map<string, string>();
  const sockets = links.map((link) => {
    const target = readTarget(runFolder, link);
    const socket = known.get(target) ?? socketOf(runFolder, folder, link, target);
    known.set(target, socket);
    return socket;
  });
  return { format: 1, number, sockets };
}

/** When tables were put into force, oldest first. */
export async function tableHistory(runFolder: string): Promise<readonly TableRecord[]> {
  const records = await Promise.all(
    (await numbers(runFolder)).map((number) => readRecord(runFolder, folderOf(runFolder, number))),
  );
  return records.filter((record) => record.inForceAt !== undefined);
}

/** A number that no table has had: one above the highest. */
export async function nextTableNumber(runFolder: string): Promise<number> {
  return Math.max(0, ...(await numbers(runFolder))) + 1;
}

/** Removes all but the `keep` newest tables, and never the one in force nor a newer one. */
export async function pruneTables(runFolder: string, keep: number): Promise<void> {
  const inForce = await numberInForce(runFolder);
  const all = await numbers(runFolder);
  const old = all
    .slice(0, Math.max(0, all.length - keep))
    .filter((number) => inForce !== undefined && number < inForce);
  await Promise.all(old.map((number) => rm(folderOf(runFolder, number), { recursive: true, force: true })));
}

/**
 * One link a socket, and the other buckets as further names of it: making an inode for each bucket took up to 80 ms, this takes 2. The
 * system calls are made without waiting, because a hundred turns through the thread pool take longer than they do. On macOS a further
 * name would be one of what the link leads to.
 */
function layLinks(folder: string, targets: readonly string[]): void {
  const made = new Map<string, string>();
  for (const [bucket, target] of targets.entries()) {
    const link = join(folder, `${bucketName(bucket)}.sock`);
    const same = made.get(target);
    if (same !== undefined && process.platform === "linux") linkSync(same, link);
    else symlinkSync(target, link);
    made.set(target, link);
  }
  for (const [bucket, target] of matesOf(targets).entries()) {
    const link = join(folder, `${bucketName(bucket)}.mate.sock`);
    const same = made.get(target);
    if (same !== undefined && process.platform === "linux") linkSync(same, link);
    else symlinkSync(target, link);
  }
}

/** By bucket: the next instance of the same release, in turn; itself where it is the only one. */
function matesOf(targets: readonly string[]): readonly string[] {
  const byRelease = Map.groupBy(new Set(targets), releaseOf);
  return targets.map((target) => {
    const instances = byRelease.get(releaseOf(target)) ?? [];
    return instances[(instances.indexOf(target) + 1) % instances.length] ?? target;
  });
}

async function numbers(runFolder: string): Promise<number[]> {
  try {
    const names = await readdir(join(runFolder, "tables"));
    return names
      .filter((name) => /^\d{1,15}$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}

function folderOf(runFolder: string, number: number): string {
  return join(runFolder, "tables", String(number));
}

/** Relative, so that the table means the same by whatever name the run folder is reached. */
function targetOf(runFolder: string, socket: string): string {
  const within = relative(runFolder, socket);
  if (isAbsolute(within) || within.split(sep).length !== 2 || within.startsWith("..")) {
    throw new CozyError("socket-outside-run-folder", {
      message: `${socket} is not <release>/<instance>.sock in ${runFolder}.`,
    });
  }
  return join("..", "..", within);
}

/** Without waiting, for the same reason as when they are written. */
function readTarget(runFolder: string, link: string): string {
  try {
    return readlinkSync(link);
  } catch (error) {
    throw damaged(runFolder, `${link} is missing or is not a link`, error);
  }
}

function socketOf(runFolder: string, folder: string, link: string, target: string): string {
  try {
    const socket = join(folder, target);
    targetOf(runFolder, socket);
    return socket;
  } catch (error) {
    throw damaged(runFolder, `${link} leads to ${target}`, error);
  }
}

async function readRecord(runFolder: string, folder: string): Promise<TableRecord> {
  const file = join(folder, "table.json");
  let record: unknown;
  try {
    record = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw damaged(runFolder, `${file} can't be read (${messageOf(error)})`, error);
  }
  if (typeof record !== "object" || record === null || !("format" in record)) {
    throw damaged(runFolder, `${file} has no format`);
  }
  if (typeof record.format === "number" && record.format > 1) {
    throw new CozyError("routes-too-new", {
      message: `${file} has format ${record.format}; this cozy reads format 1.`,
      state: "The proxy goes on with the table that it has; nothing was changed.",
      next: installNewest,
    });
  }
  const { number, inForceAt } = record as Record<string, unknown>;
  if (record.format !== 1 || typeof number !== "number") {
    throw damaged(runFolder, `${file} is not a table's record`);
  }
  return { format: 1, number, ...(typeof inForceAt === "number" ? { inForceAt } : {}) };
}

async function writeRecord(folder: string, record: TableRecord): Promise<void> {
  await writeAtomically(join(folder, "table.json"), `${JSON.stringify(record)}\n`, 0o644);
}

async function acceptIfTheSame(runFolder: string, table: RouteTable, error: unknown): Promise<void> {
  if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
  const there = await readTable(runFolder, table.number);
  const wanted = table.sockets.map((socket) => relative(runFolder, socket));
  const found = there.sockets.map((socket) => relative(runFolder, socket));
  if (wanted.every((socket, bucket) => socket === found[bucket])) return;
  throw new CozyError("table-exists", {
    message: `Table ${table.number} in ${runFolder} exists and leads elsewhere; tables never change.`,
    cause: error,
  });
}

function damaged(runFolder: string, what: string, cause?: unknown): CozyError {
  return new CozyError("routes-damaged", {
    message: `The route table in ${runFolder} is damaged: ${what}.`,
    state: "A running proxy goes on with the table that it has; nothing was changed.",
    next: "A deploy or a rollback writes a new table: cozy rollback <environment>",
    cause,
  });
}
