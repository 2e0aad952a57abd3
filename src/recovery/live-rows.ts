import { isFields } from "../artifacts/kept-file.ts";
import { messageOf } from "../shared/thrown.ts";
import type { LiveRows } from "./loss.ts";
import { answerOf } from "../shared/own-process.ts";

/** As long as a count may take before it is given up; a restore that is urgent is not kept waiting by it for ever. */
const withinMs = 300_000;

/**
 * Counts the rows of a database that others write to, as it is at one moment. In a process of its own, because SQLite works without a
 * pause. That it can't be read is an answer: a database that is beyond reading is why one restores.
 */
export async function liveRows(file: string, signal: AbortSignal): Promise<LiveRows> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  try {
    const value = await answerOf(script, [file], within);
    if (isFields(value) && typeof value["unreadable"] === "string")
      return { unreadable: value["unreadable"] };
    if (isFields(value) && isCounts(value["rows"])) return { rows: value["rows"] };
    return { unreadable: "it gave no answer" };
  } catch (error) {
    signal.throwIfAborted();
    return { unreadable: messageOf(error).split("\n")[0] ?? "" };
  }
}

function isCounts(value: unknown): value is Record<string, number> {
  return isFields(value) && Object.values(value).every((count) => typeof count === "number");
}

/** CommonJS text, so that it needs no file that a bundle would have to bring. */
const script = `
const { existsSync } = require("node:fs");
const { DatabaseSync } = require("node:sqlite");
const file = process.argv[1];
const answer = (value) => process.stdout.write(JSON.stringify(value));
try {
  if (!existsSync(file)) throw new Error("it is not there");
  const database = new DatabaseSync(file, { readOnly: true });
  database.exec("PRAGMA busy_timeout = 10000; BEGIN");
  const tables = database
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\\\_%' ESCAPE '\\\\' AND name <> 'cozy_heartbeat'")
    .all();
  const quoted = (name) => '"' + name.replaceAll('"', '""') + '"';
  answer({ rows: Object.fromEntries(tables.map(({ name }) => [name, database.prepare("SELECT count(*) AS n FROM " + quoted(name)).get().n])) });
} catch (error) {
  answer({ unreadable: error.message });
}
`;
