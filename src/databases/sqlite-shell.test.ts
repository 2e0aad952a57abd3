import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resultText } from "../commands/db-text.ts";
import { openSqlite } from "./open-sqlite.ts";
import { resultJson, runStatement } from "./run-statement.ts";
import { sqliteShell, type SqliteShell } from "./sqlite-shell.ts";

let folder: string;
let file: string;
let database: DatabaseSync;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-db-"));
  file = join(folder, "shop.sqlite");
  const made = openSqlite(file, { write: true });
  made.exec(
    "create table venues (id integer primary key, name text, picture blob); create view names as select name from venues",
  );
  made.exec("insert into venues values (1, 'Baths', x'00ff'), (9007199254740993, 'two\nlines', null)");
  made.close();
  database = openSqlite(file, { write: false });
});
afterEach(async () => {
  if (database.isOpen) database.close();
  await rm(folder, { recursive: true, force: true });
});

function sink(): { stream: Writable; text: () => string } {
  let text = "";
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

async function session(lines: string, more: Partial<SqliteShell> = {}) {
  const [output, errors] = [sink(), sink()];
  const input = new PassThrough();
  input.end(lines);
  const code = await sqliteShell({
    database,
    input,
    output: output.stream,
    errors: errors.stream,
    atTerminal: false,
    prompt: "staging> ",
    show: resultText,
    howToWrite: "--write lets you",
    signal: new AbortController().signal,
    ...more,
  });
  return { code, output: output.text(), errors: errors.text() };
}

describe("the shell", () => {
  it("carries out statements over several lines and shows what they give", async () => {
    const { output, code } = await session(
      "select id,\n  name\nfrom venues; select count(*) as n from venues",
    );
    expect(output).toBe(
      [
        "id                name",
        "----------------  ----------",
        "1                 Baths",
        "9007199254740993  two\\nlines",
        "(2 rows)",
        "n",
        "-",
        "2",
        "(1 row)",
        "",
      ].join("\n"),
    );
    expect(code).toBe(0);
  });

  it("goes on after an error, and tells it by its exit code", async () => {
    const { output, errors, code } = await session("select missing;\nselect 1 as one;\n");
    expect(errors).toBe("error: no such column: missing\n");
    expect(output).toContain("(1 row)");
    expect(code).toBe(1);
  });

  it("only reads, and says how it would write", async () => {
    const { errors } = await session("delete from venues;");
    expect(errors).toBe("error: attempt to write a readonly database (--write lets you)\n");
    expect(runStatement(database, "select * from venues").rows.length).toBe(2);
  });

  it("writes where it is told to", async () => {
    const open = openSqlite(file, { write: true });
    const { output } = await session("update venues set name = 'x';\nvacuum;", { database: open });
    open.close();
    expect(output).toBe("2 rows changed\ndone\n");
  });

  it("knows its commands", async () => {
    const { output, errors } = await session(".tables\n.schema venues\n.wrong\n.help\n.quit\nselect 1;\n");
    expect(output).toContain("names\nvenues\n");
    expect(output).toContain("CREATE TABLE venues (id integer primary key, name text, picture blob);");
    expect(output).toContain("Ctrl-D");
    expect(output).not.toContain("(1 row)");
    expect(errors).toBe("error: there is no .wrong; .help says what there is\n");
  });

  it("leaves out what cozy keeps beside the application's own, unless it is asked for", async () => {
    const open = openSqlite(file, { write: true });
    open.exec("CREATE TABLE cozy_heartbeat (id INTEGER PRIMARY KEY, at INTEGER)");
    open.close();
    const { output } = await session(".tables\n.schema\n");
    expect(output).not.toContain("cozy_heartbeat");
    expect((await session(".schema cozy_heartbeat\n")).output).toContain("CREATE TABLE cozy_heartbeat");
  });

  it("has a prompt at a terminal, and another within a statement", async () => {
    const { output, code } = await session("select\n1;\nselect missing;\n", { atTerminal: true });
    expect(output).toContain("staging> ");
    expect(output).toContain("    ...> ");
    expect(code).toBe(0);
  });

  it("ends when it is interrupted from outside", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    const { code } = await session("", { input: new PassThrough(), signal: controller.signal });
    expect(code).toBe(0);
  });
});

describe("a result", () => {
  it("is plain data as JSON", () => {
    expect(resultJson(runStatement(database, "select * from venues"))).toEqual([
      { id: 1, name: "Baths", picture: "AP8=" },
      { id: "9007199254740993", name: "two\nlines", picture: null },
    ]);
    expect(resultJson(runStatement(database, "select 1 where 0"))).toEqual([]);
  });

  it("shows what is no text", () => {
    expect(resultText(runStatement(database, "select null as a, picture from venues where id = 1"))).toBe(
      "a     picture\n----  -------\nNULL  x'00ff'\n(1 row)",
    );
    expect(resultText(runStatement(database, "select id from venues where 0"))).toContain("(0 rows)");
  });
});
