import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { openQuietly } from "../shared/open-quietly.ts";
import { messageOf } from "../shared/thrown.ts";
import { databaseContent, type DatabaseContent } from "./database-content.ts";
import { answerOf } from "../shared/own-process.ts";

/** Checked in a few milliseconds, where a process takes many times that to start. */
const smallBytes = 4 * 1024 * 1024;

/**
 * Checks a SQLite file that nobody else has open, and counts its rows. A large one in a process of its own: SQLite works without a pause,
 * and the lease of a deploy has to be renewed meanwhile; and a process can be ended at a deadline. Nothing is written beside the file.
 */
export async function readDatabase(file: string, signal: AbortSignal): Promise<DatabaseContent> {
  const url = pathToFileURL(file);
  url.searchParams.set("immutable", "1");
  const { size } = await stat(file);
  signal.throwIfAborted();
  return size <= smallBytes
    ? databaseContent(() => openQuietly(url, { readOnly: true }))
    : contentElsewhere(url.href, signal);
}

/** Runs as CommonJS text, so that it needs no file that a bundle would have to bring. */
const script = `
const { DatabaseSync } = require("node:sqlite");
const content = (${databaseContent.toString()})(() => new DatabaseSync(new URL(process.argv[1]), { readOnly: true }));
process.stdout.write(JSON.stringify(content));
`;

async function contentElsewhere(address: string, signal: AbortSignal): Promise<DatabaseContent> {
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the script above alone writes it
    return (await answerOf(script, [address], signal)) as DatabaseContent;
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(`the check of the database failed: ${messageOf(error)}`, { cause: error });
  }
}
