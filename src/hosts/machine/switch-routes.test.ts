import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { routesInForce, switchRoutes } from "./switch-routes.ts";

const made: string[] = [];
afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true });
});

async function runFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cozy-switch-"));
  made.push(folder);
  return folder;
}

const all = (release: string) => [
  { hundredths: 100, sockets: [`${release}/web.0.sock`, `${release}/web.1.sock`] },
];

describe("a switch to what is in force already", () => {
  it("writes nothing, so that it can be taken back where nothing can be written", async () => {
    const folder = await runFolder();
    await switchRoutes(folder, all("old"), 1);
    const tables = join(folder, "tables");
    const before = await readdir(tables);
    await chmod(tables, 0o500);
    await switchRoutes(folder, all("old"), 2);
    await chmod(tables, 0o700);
    expect(await readdir(tables)).toEqual(before);
    expect(await routesInForce(folder)).toEqual({ "old/web.0.sock": 50, "old/web.1.sock": 50 });
  });

  it("is none where a share or an instance is another", async () => {
    const folder = await runFolder();
    await switchRoutes(folder, all("old"), 1);
    await switchRoutes(folder, [{ hundredths: 100, sockets: ["old/web.1.sock"] }], 2);
    expect(await routesInForce(folder)).toEqual({ "old/web.1.sock": 100 });
    await switchRoutes(folder, [], 3);
    await switchRoutes(folder, [], 4);
    expect(await routesInForce(folder)).toEqual({});
    await switchRoutes(folder, all("new"), 5);
    expect(await routesInForce(folder)).toEqual({ "new/web.0.sock": 50, "new/web.1.sock": 50 });
  });
});
