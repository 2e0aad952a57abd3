import { describe, expect, it } from "vitest";
import { refuseServerDatabase } from "./backups-of.ts";

describe("backups of a database on a server of its own", () => {
  it("are refused by name, and say why there is nothing to restore", () => {
    const database = {
      kind: "postgres",
      variable: "DATABASE_URL",
      connections: undefined,
      pool: undefined,
    } as const;
    expect(() => {
      refuseServerDatabase({ environment: { name: "production", database } });
    }).toThrow(
      /^The database of production is `postgres\(\)`, and this version of cozy makes backups of `sqlite\(\)` only/,
    );
  });

  it.each([{ kind: "sqlite", variable: "DATABASE_URL" } as const, undefined])(
    "are not refused for %j",
    (database) => {
      expect(() => {
        refuseServerDatabase({ environment: { name: "staging", database } });
      }).not.toThrow();
    },
  );
});
