import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isFields } from "../artifacts/kept-file.ts";
import { shareFile } from "../shared/shared-folder.ts";
import { systemCode } from "../shared/thrown.ts";
import { nodeRecorder } from "./recorder-node.ts";
import { pythonRecorder } from "./recorder-python.ts";

/** A statement that failed in a process of a rehearsed release. */
export interface FailedStatement {
  readonly at: number;
  readonly release: string | undefined;
  /** Without the values that were bound to it. */
  readonly sql: string;
  readonly error: string;
}

export interface Recorder {
  /** What a release is started with, on top of its own variables. */
  readonly variables: Readonly<Record<string, string>>;
  /** Lays its files; the folder is there by then. */
  lay(): Promise<void>;
  /** What has failed so far, in its order. */
  failed(): Promise<readonly FailedStatement[]>;
}

/** Where it lies in a scratch environment's folder; what it notes is written there by the application. */
export function recorderFolder(scratch: string): string {
  return join(scratch, "recorder");
}

/** What each release has of its own where the recorder puts something. */
export type Placed = Readonly<Record<string, string>>;

/**
 * Notes the statements that fail in the processes of an application: of Node's own SQLite, better-sqlite3 and Python's `sqlite3`. Where
 * the releases differ in what they put into the same variable, that variable is left to them, and their statements stay unknown.
 */
export function recorder(folder: string, placed: readonly Placed[]): Recorder {
  const own = recorderFolder(folder);
  const file = join(own, "statements.jsonl");
  const preload = join(own, "record.cjs");
  const variable = (name: string, joined: (value: string) => string) => {
    const values = new Set(placed.map((variables) => variables[name] ?? ""));
    return values.size > 1 ? {} : { [name]: joined([...values][0] ?? "") };
  };
  return {
    variables: {
      COZY_STATEMENTS: file,
      ...variable("NODE_OPTIONS", (value) => `--require ${JSON.stringify(preload)} ${value}`.trimEnd()),
      ...variable("PYTHONPATH", (value) => (value === "" ? own : `${own}:${value}`)),
    },
    async lay() {
      await mkdir(own, { recursive: true, mode: 0o700 });
      await writeFile(preload, nodeRecorder);
      await writeFile(join(own, "sitecustomize.py"), pythonRecorder);
      // Whoever writes it, it is read here.
      await writeFile(file, "", { mode: 0o600, flag: "a" });
      shareFile(file);
    },
    async failed() {
      try {
        return parseStatements(await readFile(file, "utf8"));
      } catch (error) {
        if (systemCode(error) === "ENOENT") return [];
        throw error;
      }
    },
  };
}

/** A line that a process was killed in the middle of is left out. Pure. */
export function parseStatements(text: string): FailedStatement[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      if (!isFields(value)) return [];
      const { at, release, sql, error } = value;
      if (typeof at !== "number" || typeof sql !== "string" || typeof error !== "string") return [];
      return [{ at, release: typeof release === "string" ? release : undefined, sql, error }];
    } catch {
      return [];
    }
  });
}

/** `INSERT INTO bookings (…city…): table bookings has no column named city`: short enough to be read at a glance. */
export function statementText({ sql, error }: Pick<FailedStatement, "sql" | "error">): string {
  const line = sql.replaceAll(/\s+/g, " ").trim();
  const named = error.match(/\w+/g)?.findLast((word) => word.length > 2 && line.includes(word)) ?? "";
  return `${line.length <= 160 ? line : around(line, named)}: ${error}`;
}

/** The beginning of a long statement, and the place in it that the error is about. */
function around(line: string, word: string): string {
  const at = line.lastIndexOf(word);
  if (word === "" || at < 100) return `${line.slice(0, 150)} …`;
  return `${line.slice(0, 80)} … ${line.slice(Math.max(80, at - 30), at + word.length + 30)} …`;
}
