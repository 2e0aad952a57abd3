import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pathToFileURL } from "node:url";
import { messageOf } from "../shared/thrown.ts";

/** What a database file holds, read from the disk. */
export interface DatabaseContent {
  /** What SQLite's own check found; empty where it is sound. */
  readonly faults: readonly string[];
  /** Rows by table; tables of cozy and of SQLite itself are left out. */
  readonly rows: Readonly<Record<string, number>>;
  /** When the newest heartbeat was written, in milliseconds since the epoch. */
  readonly heartbeatAt: number | undefined;
}

/**
 * Checks a SQLite file that nobody else has open, and counts its rows. In a process of its own: SQLite works without a pause, and the
 * lease of a deploy has to be renewed meanwhile; and a process can be ended at a deadline. Nothing is written beside the file.
 */
export async function readDatabase(file: string, signal: AbortSignal): Promise<DatabaseContent> {
  const url = pathToFileURL(file);
  url.searchParams.set("immutable", "1");
  const answer = await answerOf([url.href], signal);
  return answer;
}

/** The hash of what stands on the disk. */
export async function hashFile(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024, signal })) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a stream without an encoding gives buffers
    hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

/** Runs as CommonJS text, so that it needs no file that a bundle would have to bring. */
const script = `
const { DatabaseSync } = require("node:sqlite");
const content = { faults: [], rows: {}, heartbeatAt: undefined };
try {
  const database = new DatabaseSync(new URL(process.argv[1]), { readOnly: true });
  const found = database.prepare("PRAGMA integrity_check(20)").all().map((row) => String(row.integrity_check));
  content.faults = found.length === 1 && found[0] === "ok" ? [] : found;
  const tables = database
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\\\_%' ESCAPE '\\\\'")
    .all();
  for (const { name } of tables) {
    if (name === "cozy_heartbeat") {
      const beat = database.prepare("SELECT max(at) AS at FROM cozy_heartbeat").get();
      if (typeof beat.at === "number") content.heartbeatAt = beat.at;
    } else {
      const quoted = '"' + String(name).replaceAll('"', '""') + '"';
      content.rows[name] = database.prepare("SELECT count(*) AS n FROM " + quoted).get().n;
    }
  }
} catch (error) {
  content.faults = [...content.faults, error.message];
}
process.stdout.write(JSON.stringify(content));
`;

async function answerOf(args: readonly string[], signal: AbortSignal): Promise<DatabaseContent> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, ["--no-warnings", "-e", script, "--", ...args], {
    env: {},
    stdio: ["ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  let text = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  signal.throwIfAborted();
  if (code !== 0) throw new Error(`the check of the database ended with ${code}: ${errors.slice(-500)}`);
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the script above alone writes it
    return JSON.parse(text) as DatabaseContent;
  } catch (error) {
    throw new Error(`the check of the database said ${text.slice(0, 100)}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
