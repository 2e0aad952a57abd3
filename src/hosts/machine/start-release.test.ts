import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { fakeInstances } from "../../instances/fake-instances.ts";
import { processType, sampleProject, sampleRecord } from "../../release/testing.ts";
import { environmentPaths, machinePaths } from "../environment-paths.ts";
import { releaseAt } from "../release-folder.ts";
import { startRelease } from "./start-release.ts";

it("keeps a warm instance whose time comes just then", async () => {
  const home = await mkdtemp(join(tmpdir(), "cozy-start-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const paths = environmentPaths(machinePaths({ COZY_HOME: home }, home), "tiny", "staging");
  const record = sampleRecord(
    sampleProject({ processes: { web: processType(["node", "server.js"], 1) } }),
    "r1",
  );
  await mkdir(releaseAt(paths, "r1").folder, { recursive: true });
  await writeFile(releaseAt(paths, "r1").record, JSON.stringify(record));

  let now = 0;
  const fake = fakeInstances({ now: () => now });
  const signal = AbortSignal.timeout(5_000);
  const request = { paths, runFolder: "/run", select: { release: "r1" }, seal: [] };
  await startRelease({ ...request, instances: fake }, signal);
  await fake.retire({ release: "r1" }, 10, signal);

  const start: typeof fake.start = async (specs, within) => {
    const started = await fake.start(specs, within);
    now = 20;
    return started;
  };
  await startRelease({ ...request, instances: { ...fake, start } }, signal);
  expect(await fake.list(signal)).toMatchObject([{ state: "running", retireAt: undefined }]);
});
