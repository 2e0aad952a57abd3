import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { systemCode } from "../../shared/thrown.ts";
import { closedSocket, instanceOf, releaseOf } from "../route-table.ts";
import type { Answerer, WhoAnswered } from "./parse-line.ts";

/** Looks whom the links of tables lead to. They never change, so each is read once; without waiting, because a line is read so. */
export function keptTables(runFolder: string): WhoAnswered {
  const known = new Map<string, Answerer | undefined>();
  return (table, bucket, tries) => {
    if (!/^\d\d$/.test(bucket)) return undefined;
    const link = `${table}/${bucket}${tries > 1 ? ".mate" : ""}.sock`;
    if (!known.has(link)) known.set(link, answererAt(join(runFolder, "tables", link)));
    return known.get(link);
  };
}

function answererAt(link: string): Answerer | undefined {
  try {
    const socket = readlinkSync(link);
    // A table that lets nobody in is no release's.
    if (socket.endsWith(`/${closedSocket}`)) return undefined;
    return { release: releaseOf(socket), instance: instanceOf(socket) };
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "EINVAL") return undefined;
    throw error;
  }
}
