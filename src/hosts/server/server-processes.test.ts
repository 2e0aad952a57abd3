import { describe, expect, it } from "vitest";
import { parseOpeners } from "./server-processes.ts";

const database = "/var/lib/cozy/environments/app-staging/database/database.sqlite";

describe("parseOpeners", () => {
  it("tells each process once, by the files that are asked for", () => {
    const text = [
      `12 ${database} node server.js`,
      `12 ${database}-wal node server.js`,
      `13 ${database}.before-20261128T120000Z sqlite3`,
      `14 ${database}-shm `,
      "",
    ].join("\n");
    expect(parseOpeners(text, [database, `${database}-wal`, `${database}-shm`])).toEqual([
      { pid: 12, name: "node server.js" },
      { pid: 14, name: "" },
    ]);
    expect(parseOpeners("", [database])).toEqual([]);
  });
});
