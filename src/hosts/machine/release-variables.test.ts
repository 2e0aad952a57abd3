import { describe, expect, it } from "vitest";
import { sampleProject, sampleRecord } from "../../release/testing.ts";
import { environmentPaths, machinePaths } from "../environment-paths.ts";
import { releaseVariables } from "./release-variables.ts";

describe("the address of the database", () => {
  const project = sampleProject();
  const paths = environmentPaths(machinePaths({}, "/home/ada"), "tiny", "staging");
  const release = sampleRecord(project, "one", 1);
  const of = (database: Parameters<typeof releaseVariables>[0]["environment"]["database"]) =>
    releaseVariables({
      release,
      environment: { database, media: undefined },
      paths,
      homeFolder: "/home/ada",
      variables: { DATABASE_URL: "postgres://db.example.org/shop" },
    });

  it("is a file of cozy's own for SQLite, under the variable that is declared", () => {
    expect(of({ kind: "sqlite", variable: "DB" })["DB"]).toBe(`sqlite:///${paths.database}/database.sqlite`);
  });

  it("is the project's own where the database is on a server", () => {
    const found = of({ kind: "postgres", variable: "DATABASE_URL", connections: undefined, pool: undefined });
    expect(found["DATABASE_URL"]).toBe("postgres://db.example.org/shop");
    expect(Object.values(found).filter((value) => String(value).startsWith("sqlite:"))).toEqual([]);
  });
});
