import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closedSocket } from "./route-table.ts";
import { spread } from "./spread.ts";
import {
  nextTableNumber,
  pruneTables,
  putIntoForce,
  readRoutes,
  tableHistory,
  writeTable,
} from "./table-files.ts";

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), "cozy-table-"));
});
afterEach(async () => {
  await rm(run, { recursive: true });
});

const sockets = (release: string, instances = 2): string[] =>
  spread([
    {
      hundredths: 100,
      sockets: Array.from({ length: instances }, (_, index) => join(run, release, `web.${index}.sock`)),
    },
  ]);

async function force(number: number, release: string): Promise<void> {
  await writeTable(run, { format: 1, number, sockets: sockets(release) });
  await putIntoForce(run, number, 1000 + number);
}

describe("tables on disk", () => {
  it("reads back what was put into force", async () => {
    await force(1, "r1");
    await force(2, "r2");
    expect(await readRoutes(run)).toEqual({ format: 1, number: 2, sockets: sockets("r2") });
    expect(await nextTableNumber(run)).toBe(3);
    expect(await tableHistory(run)).toEqual([
      { format: 1, number: 1, inForceAt: 1001 },
      { format: 1, number: 2, inForceAt: 1002 },
    ]);
  });

  it("has a mate of the same release for each bucket, and says when it lets nobody in", async () => {
    const [one, two, alone] = ["r1/web.0", "r1/web.1", "r2/web.0"].map((name) => join(run, `${name}.sock`));
    const cycle = Array.from({ length: 100 }, (_, bucket) => [one, two, alone][bucket % 3] ?? "");
    await writeTable(run, { format: 1, number: 1, sockets: cycle });
    const mates = await Promise.all(
      ["00", "01", "02", "99"].map((bucket) => readlink(join(run, "tables", "1", `${bucket}.mate.sock`))),
    );
    expect(mates).toEqual(
      ["r1/web.1", "r1/web.0", "r2/web.0", "r1/web.1"].map((name) => `../../${name}.sock`),
    );
    expect(await readdir(join(run, "tables", "1"))).not.toContain("closed");
    const nobody = Array.from({ length: 100 }, () => join(run, closedSocket));
    await writeTable(run, { format: 1, number: 2, sockets: nobody });
    expect(await readdir(join(run, "tables", "2"))).toContain("closed");
  });

  it("has no table in force before the first", async () => {
    expect(await readRoutes(run)).toBeUndefined();
    expect(await nextTableNumber(run)).toBe(1);
    await writeTable(run, { format: 1, number: 1, sockets: sockets("r1") });
    expect(await readRoutes(run)).toBeUndefined();
  });

  it("writes links that mean the same when the run folder is moved", async () => {
    await force(1, "r1");
    expect(await readlink(join(run, "routes", "00.sock"))).toBe("../../r1/web.0.sock");
    const moved = `${run}-moved`;
    await rename(run, moved);
    expect((await readRoutes(moved))?.sockets[0]).toBe(join(moved, "r1", "web.0.sock"));
    await rename(moved, run);
  });

  it("takes the same table twice, and refuses another under the same number", async () => {
    await force(1, "r1");
    await force(1, "r1");
    const other = { format: 1, number: 1, sockets: sockets("r2") } as const;
    await expect(writeTable(run, other)).rejects.toMatchObject({ code: "table-exists" });
    expect((await readRoutes(run))?.sockets).toEqual(sockets("r1"));
    expect(await readdir(join(run, "tables"))).toEqual(["1"]);
  });

  it.each(["/etc/web.0.sock", "../other/web.0.sock", "a/b/web.0.sock", "web.0.sock"])(
    "refuses to lead to %s",
    async (path) => {
      const outside = path.startsWith("/") ? path : join(run, path);
      const table = { format: 1, number: 1, sockets: Array.from({ length: 100 }, () => outside) } as const;
      await expect(writeTable(run, table)).rejects.toMatchObject({ code: "socket-outside-run-folder" });
    },
  );

  it("refuses to put a table into force that isn't there", async () => {
    await force(1, "r1");
    await expect(putIntoForce(run, 7, 0)).rejects.toMatchObject({ code: "routes-damaged" });
    expect((await readRoutes(run))?.number).toBe(1);
  });

  it("keeps the newest, the one in force and what is newer than it", async () => {
    for (const number of [1, 2, 3, 4, 5]) await force(number, `r${number}`);
    await pruneTables(run, 2);
    expect((await readdir(join(run, "tables"))).sort()).toEqual(["4", "5"]);
    await putIntoForce(run, 4, 0);
    await pruneTables(run, 0);
    expect((await readdir(join(run, "tables"))).sort()).toEqual(["4", "5"]);
  });
});

describe("a damaged table", () => {
  beforeEach(async () => {
    await force(1, "r1");
  });

  it.each<[string, () => Promise<void>]>([
    ["a link is missing", () => rm(join(run, "tables/1/42.sock"))],
    ["the record is cut", () => writeFile(join(run, "tables/1/table.json"), '{"format":1,')],
    ["the record is no object", () => writeFile(join(run, "tables/1/table.json"), "7")],
    [
      "the record is of another table",
      () => writeFile(join(run, "tables/1/table.json"), '{"format":1,"number":2}'),
    ],
    ["the record is gone", () => rm(join(run, "tables/1/table.json"))],
    ["a link leads out", () => relink("tables/1/42.sock", "../../../../etc/passwd")],
    ["routes leads out", () => relink("routes", "/etc")],
    ["routes leads nowhere", () => relink("routes", "tables/9")],
    ["routes is a folder", () => rm(join(run, "routes")).then(() => mkdir(join(run, "routes")))],
  ])("is a clear error and is left as it is when %s", async (_, damage) => {
    await damage();
    await expect(readRoutes(run)).rejects.toMatchObject({
      code: "routes-damaged",
      message: expect.stringContaining(run),
      next: expect.stringContaining("cozy "),
    });
    expect(await readdir(join(run, "tables"))).toEqual(["1"]);
  });

  it("is refused by name when a newer cozy wrote it", async () => {
    const file = join(run, "tables/1/table.json");
    await writeFile(file, '{"format":2,"number":1}');
    await expect(readRoutes(run)).rejects.toMatchObject({ code: "routes-too-new" });
    expect(await readFile(file, "utf8")).toBe('{"format":2,"number":1}');
  });

  async function relink(name: string, target: string): Promise<void> {
    await rm(join(run, name));
    await symlink(target, join(run, name));
  }
});
