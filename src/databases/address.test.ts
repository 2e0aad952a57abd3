import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDatabaseAddress } from "./address.ts";

const read = (text: string) => parseDatabaseAddress(text, "/srv/app");

describe("the address of a SQLite database", () => {
  it.each([
    ["sqlite:////var/lib/shop.sqlite", "/var/lib/shop.sqlite"],
    ["sqlite:///data/shop.sqlite", "/srv/app/data/shop.sqlite"],
    ["sqlite:data/shop.sqlite", "/srv/app/data/shop.sqlite"],
    ["sqlite+aiosqlite:////var/lib/shop.sqlite?timeout=5", "/var/lib/shop.sqlite"],
    ["sqlite:////var/lib/my%20shop.sqlite", "/var/lib/my shop.sqlite"],
    ["file:./dev.db", "/srv/app/dev.db"],
    ["file:/var/lib/dev.db", "/var/lib/dev.db"],
  ])("%s", (text, file) => {
    expect(read(text)).toEqual({ kind: "sqlite", file });
  });

  it.each(["sqlite://", "sqlite:///:memory:", "sqlite:"])("%s names no file", (text) => {
    expect(read(text)).toBeUndefined();
  });
});

describe("the address of a PostgreSQL database", () => {
  it.each([
    [
      "postgres://ada:p%40ss@db.example:5433/shop?sslmode=require",
      {
        PGHOST: "db.example",
        PGPORT: "5433",
        PGUSER: "ada",
        PGPASSWORD: "p@ss",
        PGDATABASE: "shop",
        PGSSLMODE: "require",
      },
    ],
    ["postgresql+psycopg://db.example/shop", { PGHOST: "db.example", PGDATABASE: "shop" }],
    ["postgis://[::1]/shop", { PGHOST: "::1", PGDATABASE: "shop" }],
    [
      "postgres://ada:pw@/shop?host=/run/postgresql&schema=public",
      { PGHOST: "/run/postgresql", PGUSER: "ada", PGPASSWORD: "pw", PGDATABASE: "shop" },
    ],
    ["postgres:///shop?host=%2Frun%2Fpg", { PGHOST: "/run/pg", PGDATABASE: "shop" }],
    ["postgres://ada@%2Frun%2Fpg/shop", { PGHOST: "/run/pg", PGUSER: "ada", PGDATABASE: "shop" }],
  ])("%s", (text, variables) => {
    expect(read(text)).toEqual({ kind: "postgres", variables, name: "shop" });
  });
});

it("knows no other kind, and takes any text", () => {
  expect(read("mysql://root@localhost/shop")).toBeUndefined();
  expect(read("shop.sqlite")).toBeUndefined();
  fc.assert(
    fc.property(fc.string(), fc.constantFrom("", "sqlite:", "postgres://", "postgres:"), (text, scheme) => {
      expect(() => read(scheme + text)).not.toThrow();
    }),
  );
});
