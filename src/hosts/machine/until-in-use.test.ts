import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { switchRoutes } from "./switch-routes.ts";
import { untilInUse } from "./until-in-use.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-in-use-"));
  await switchRoutes(folder, [{ hundredths: 100, sockets: ["r1/web.0.sock"] }], 0);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const signal = AbortSignal.timeout(20_000);

async function askedUntilInUse(answers: readonly (number | undefined)[]): Promise<number> {
  let asked = 0;
  let clock = 0;
  const tableInUse = async () => answers[Math.min(asked++, answers.length - 1)];
  await untilInUse({ runFolder: folder, proxy: { tableInUse }, now: () => (clock += 100) }, signal);
  return asked;
}

describe("a switch", () => {
  it("is over when the proxy goes by the new table", async () => {
    expect(await askedUntilInUse([0, 0, 1])).toBe(3);
  });

  it("waits for no proxy where none serves", async () => {
    expect(await askedUntilInUse([undefined])).toBe(1);
  });

  it("waits for nothing where no table is in force", async () => {
    await rm(join(folder, "routes"));
    expect(await askedUntilInUse([0])).toBe(1);
  });

  it("does not wait for ever for a proxy that reads nothing any more: the proof says so", async () => {
    expect(await askedUntilInUse([0])).toBeLessThan(25);
  });
});
