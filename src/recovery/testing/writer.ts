import { spawn } from "node:child_process";
import { openQuietly } from "../../shared/open-quietly.ts";

export type JournalMode = "wal" | "delete";

/** What a process that wrote all the while has met. */
export interface Written {
  readonly writes: number;
  /** The longest that a write took, its waiting for locks included. */
  readonly longestMs: number;
  readonly failures: readonly string[];
}

/** A database of about that size, whose two tables hold the same number of rows at any moment. */
export function fillDatabase(file: string, sizeBytes: number, mode: JournalMode): void {
  const database = openQuietly(file);
  try {
    database.exec(`PRAGMA journal_mode = ${mode}; PRAGMA synchronous = OFF;
      CREATE TABLE a (id INTEGER PRIMARY KEY, text TEXT); CREATE TABLE b (id INTEGER PRIMARY KEY, text TEXT);
      CREATE TABLE ballast (data BLOB); BEGIN`);
    const insert = database.prepare("INSERT INTO ballast VALUES (randomblob(100000))");
    for (let written = 0; written < sizeBytes; written += 100_000) insert.run();
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

/** A process of its own that adds a row to both tables in one transaction, again and again, as an application would. */
export async function startWriter(file: string, everyMs: number): Promise<{ end(): Promise<Written> }> {
  const child = spawn(process.execPath, ["--no-warnings", "-e", script, "--", file, String(everyMs)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  while (!text.includes("\n")) {
    if (child.exitCode !== null) throw new Error("the writer ended before it wrote");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return {
    async end() {
      child.kill("SIGTERM");
      await closed;
      const [, last = "{}"] = text.trim().split("\n");
      const written: Written = JSON.parse(last);
      return written;
    },
  };
}

const script = `
const { DatabaseSync } = require("node:sqlite");
const [, file, everyMs] = process.argv;
const database = new DatabaseSync(file);
database.exec("PRAGMA busy_timeout = 10000; PRAGMA synchronous = OFF");
const found = { writes: 0, longestMs: 0, failures: [] };
const a = database.prepare("INSERT INTO a (text) VALUES (?)");
const b = database.prepare("INSERT INTO b (text) VALUES (?)");
function write() {
  const start = performance.now();
  try {
    database.exec("BEGIN IMMEDIATE");
    a.run("x"); b.run("x");
    database.exec("COMMIT");
    found.writes += 1;
  } catch (error) {
    found.failures.push(error.message);
    try { database.exec("ROLLBACK"); } catch {}
  }
  found.longestMs = Math.max(found.longestMs, performance.now() - start);
}
write();
process.stdout.write("writing\\n");
setInterval(write, Number(everyMs));
process.on("SIGTERM", () => { process.stdout.write(JSON.stringify(found) + "\\n"); process.exit(0); });
`;
