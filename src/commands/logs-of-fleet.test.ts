import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { closedPort, cozyFromSources, layServersProject } from "./testing-servers.ts";

it("ends where it fails before it has read anything", { timeout: 60_000 }, async ({ signal }) => {
  const folder = await mkdtemp(join(tmpdir(), "cozy-logs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await layServersProject(folder, [closedPort]);
  await writeFile(join(folder, "no-folder"), "");
  const env = { COZY_HOME: join(folder, "no-folder") };
  const { code } = await cozyFromSources(folder, ["logs", "staging"], { env, signal });
  expect(code).toBeGreaterThan(0);
});
