import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quotedName } from "./quoted-name.ts";
import { schemaDiff } from "./schema-diff.ts";
import { readSchema, tableNames, type DatabaseSchema } from "./schema.ts";
import { checksIn } from "./table-checks.ts";

function schemaOf(...statements: readonly string[]): DatabaseSchema {
  const database = new DatabaseSync(":memory:");
  try {
    for (const statement of statements) database.exec(statement);
    return readSchema(database);
  } finally {
    database.close();
  }
}

const venues = "CREATE TABLE venues (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT)";
const changed = (...after: readonly string[]) => schemaDiff(schemaOf(venues), schemaOf(venues, ...after));
const texts = (changes: ReturnType<typeof schemaDiff>) => changes.map(({ text }) => text);

describe("the difference of two schemas", () => {
  it.each([
    ["ALTER TABLE venues ADD COLUMN town TEXT", "+ venues.town text", undefined],
    [
      "ALTER TABLE venues ADD COLUMN open INT NOT NULL DEFAULT 1",
      "+ venues.open int not null default 1",
      undefined,
    ],
    ["ALTER TABLE venues DROP COLUMN city", "- venues.city text", "statements that name it fail"],
    ["DROP TABLE venues", "- table venues (id, name, city)", "what uses it fails"],
    ["CREATE TABLE rooms (id INTEGER PRIMARY KEY)", "+ table rooms (id)", undefined],
    ["CREATE VIEW towns AS SELECT city FROM venues", "+ view towns (city)", undefined],
    ["CREATE INDEX by_city ON venues (city DESC)", "+ venues: index (city desc)", undefined],
    [
      "CREATE UNIQUE INDEX one ON venues (name)",
      "+ venues: unique index (name)",
      "what was allowed twice fails now",
    ],
    [
      "CREATE UNIQUE INDEX some ON venues (lower(name))  WHERE city IS NULL",
      "+ venues: unique index (lower(name)) WHERE city IS NULL",
      "what was allowed twice fails now",
    ],
    [
      "CREATE TRIGGER no_more BEFORE INSERT ON venues BEGIN SELECT RAISE(ABORT, 'no'); END",
      "+ venues: trigger no_more",
      "writes do something else now",
    ],
  ])("tells of %s", (statement, text, destructive) => {
    expect(changed(statement)).toEqual([expect.objectContaining({ text, destructive })]);
  });

  it("tells a rename as what the release in force sees: a column gone and one more", () => {
    const changes = changed("ALTER TABLE venues RENAME COLUMN city TO town");
    expect(texts(changes)).toEqual(["- venues.city text", "+ venues.town text"]);
    expect(changes[0]?.dropped).toBe("venues.city");
  });

  it("tells what became of a column, and which of it breaks a release that knows the one before", () => {
    const before = schemaOf("CREATE TABLE t (a TEXT, b INT DEFAULT 1, c TEXT NOT NULL DEFAULT 'x', d TEXT)");
    const after = schemaOf(
      "CREATE TABLE t (a TEXT NOT NULL, b TEXT DEFAULT 2, c TEXT NOT NULL, d TEXT AS ('y'))",
    );
    expect(schemaDiff(before, after).map(({ text, destructive }) => [text, destructive])).toEqual([
      ["~ t.a text: not null now", "writes of nothing fail now"],
      ["~ t.b int default 1: type text now", "values are kept in another way"],
      ["~ t.b int default 1: default 2 now", undefined],
      ["~ t.c text not null default 'x': no default any more", "inserts without it fail"],
      ["~ t.d text: computed now", "writes of it differ"],
    ]);
    const added = schemaDiff(schemaOf("CREATE TABLE t (a)"), schemaOf("CREATE TABLE t (a, b NOT NULL)"));
    expect(added).toMatchObject([{ text: "+ t.b not null", destructive: "inserts without it fail" }]);
  });

  it("tells foreign keys and checks", () => {
    const after = schemaOf(
      "CREATE TABLE venues (id INTEGER PRIMARY KEY, name TEXT NOT NULL CHECK (length(name) > 1), city TEXT REFERENCES cities (id) ON DELETE CASCADE)",
    );
    expect(texts(schemaDiff(schemaOf(venues), after))).toEqual([
      "+ venues: foreign key (city) references cities (id) on delete cascade",
      "+ venues: check (length(name) > 1)",
    ]);
  });

  it("leaves out SQLite's own tables, virtual ones and cozy's, and a table that was only written anew", () => {
    expect(
      texts(
        changed(
          "CREATE TABLE cozy_heartbeat (id INTEGER PRIMARY KEY)",
          "CREATE VIRTUAL TABLE words USING fts5(text)",
          "CREATE TABLE other (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT)",
          "DROP TABLE venues",
          "ALTER TABLE other RENAME TO venues",
        ),
      ),
    ).toEqual([]);
  });

  const name = fc.constantFrom("a", "b", "c", "d", "e f", 'g"h', "select");
  const type = fc.constantFrom("TEXT", "INTEGER", "REAL", "");
  const column = fc.record({ name, type, notNull: fc.boolean(), unique: fc.boolean() });
  const table = fc.record({
    name,
    columns: fc.uniqueArray(column, { minLength: 1, selector: (one) => one.name }),
  });
  const tables = fc.uniqueArray(table, { selector: (one) => one.name });
  const made = (all: typeof tables extends fc.Arbitrary<infer Value> ? Value : never) =>
    schemaOf(
      ...all.map(
        (one) =>
          `CREATE TABLE ${quotedName(one.name)} (${one.columns
            .map(
              (c) =>
                `${quotedName(c.name)} ${c.type}${c.notNull ? " NOT NULL" : ""}${c.unique ? " UNIQUE" : ""}`,
            )
            .join(", ")})`,
      ),
    );

  it("is nothing between equal schemas, and the other way round what it was, turned", () => {
    const turned = (text: string) => text.replace(/^[+-]/, (sign) => (sign === "+" ? "-" : "+"));
    fc.assert(
      fc.property(tables, tables, (one, other) => {
        const [a, b] = [made(one), made(other)];
        expect(schemaDiff(a, made(one))).toEqual([]);
        const steady = (changes: readonly string[]) => changes.filter((text) => !text.startsWith("~")).sort();
        expect(steady(texts(schemaDiff(a, b)).map(turned))).toEqual(steady(texts(schemaDiff(b, a))));
      }),
    );
  });

  it("names every column and table that is gone", () => {
    fc.assert(
      fc.property(tables, tables, (one, other) => {
        const [a, b] = [made(one), made(other)];
        const gone = tableNames(a).flatMap((name) =>
          b.tables[name] === undefined
            ? [name]
            : Object.keys(a.tables[name]?.columns ?? {}).flatMap((column) =>
                b.tables[name]?.columns[column] === undefined ? [`${name}.${column}`] : [],
              ),
        );
        const dropped = schemaDiff(a, b).flatMap((change) => change.dropped ?? []);
        expect(dropped.sort()).toEqual(gone.sort());
      }),
    );
  });
});

describe("checksIn", () => {
  it.each([
    ["CREATE TABLE t (a CHECK (a > 0))", ["check (a > 0)"]],
    [
      "CREATE TABLE t (a, check(a in (1, 2)), CONSTRAINT x CHECK\n(a <> ')'))",
      ["check (a <> ')')", "check (a in (1, 2))"],
    ],
    ["CREATE TABLE t (a DEFAULT 'check (b)', [check (c)] INT) -- check (d)", []],
    ["CREATE TABLE t (a /* check (b) */, recheck (a))", []],
    ["CREATE TABLE t (a CHECK (a > (1", ["check (a > (1"]],
  ])("finds the conditions of %s", (sql, found) => {
    expect(checksIn(sql)).toEqual(found);
  });

  it("comes to an end on any text", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(check|[('"`[\])/*\- a\n]){0,40}$/), (sql) => {
        for (const check of checksIn(sql)) expect(check).toMatch(/^check \(/);
      }),
    );
  });
});
