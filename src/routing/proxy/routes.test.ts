import { lstat, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shortRunFolder } from "../run-folder.ts";
import { spread } from "../spread.ts";
import { putIntoForce, writeTable } from "../table-files.ts";
import { until } from "../testing/stage.ts";
import { Instances } from "./instance.ts";
import { Routes } from "./routes.ts";

let base: string;
let deep: string;
let routes: Routes;
let short: string;
const notes: string[] = [];
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "cs-"));
  deep = join(base, "d".repeat(100), "run");
  await mkdir(deep, { recursive: true });
  short = await shortRunFolder(deep);
  const instances = new Instances({ connectMs: 1_000, answerMs: 1_000 });
  routes = new Routes({ runFolder: short, realRunFolder: deep }, instances, (_, message) =>
    notes.push(message),
  );
});
afterEach(async () => {
  routes.stop();
  await rm(short, { force: true });
  await rm(base, { recursive: true });
});

async function force(number: number): Promise<void> {
  const sockets = spread([{ hundredths: 100, sockets: [join(deep, `r${number}`, "web.0.sock")] }]);
  await writeTable(deep, { format: 1, number, sockets });
  await putIntoForce(deep, number, 0);
}

describe("routes by a short name", () => {
  it("lead to sockets under the short name, also after somebody cleaned it away", async () => {
    await force(1);
    await routes.start();
    expect(routes.table?.instances[0]?.socket).toBe(join(short, "r1", "web.0.sock"));
    await rm(short);
    await until(async () => (await lstat(short)).isSymbolicLink());
    await force(2);
    await until(() => routes.table?.number === 2);
    expect(routes.problem).toBeUndefined();
    expect(notes.join("\n")).toContain("was made again");
  });

  it("keep the former table when all of the folder is gone", async () => {
    await force(1);
    await routes.start();
    await rm(deep, { recursive: true });
    await until(() => routes.problem !== undefined);
    expect(routes.table?.number).toBe(1);
  });
});
