import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { listArtifacts } from "./artifact-store.ts";
import { sweepBuilders } from "./prune.ts";
import { builderWorkshop, repositoryOf, testApp } from "./testing.ts";

/** A process of its own that builds, and prints the pid of its build command as soon as that runs. */
const program = `
  import { nameArtifact } from "${new URL("local-builder.ts", import.meta.url).href}";
  import { buildArtifact } from "${new URL("build-artifact.ts", import.meta.url).href}";
  const { machine, root, app } = JSON.parse(process.env.REQUEST);
  const signal = AbortSignal.timeout(30_000);
  const onOutput = (stream, line) => console.log(line);
  const workshop = { machine, env: process.env, now: Date.now, signal, onOutput };
  const named = await nameArtifact({ project: { root, app }, secrets: {} }, workshop);
  await buildArtifact({ ...named, app, secrets: {}, runTimeNames: [] }, workshop);`;

describe("a builder that is killed", () => {
  it("leaves nothing but what the next one sweeps", async () => {
    const { machine } = await builderWorkshop();
    const root = await repositoryOf({ "server.js": "1" });
    const command = ["/bin/sh", "-c", "echo $$; exec sleep 60"];
    const app = testApp({ build: { ...testApp().build, command } });
    const builder = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      env: { ...process.env, REQUEST: JSON.stringify({ machine, root, app }) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(builder, "exit");
    const [line] = await once(createInterface(builder.stdout), "line");
    const buildPid = Number(line);
    try {
      expect(await sweepBuilders(machine)).toEqual([]);
      builder.kill("SIGKILL");
      await ended;
      expect(await listArtifacts(machine)).toEqual([]);
      const swept = await sweepBuilders(machine);
      expect(swept).toEqual([expect.stringContaining(`.tmp-${builder.pid}-`)]);
      expect(await readdir(machine.artifacts)).toEqual([]);
    } finally {
      process.kill(buildPid, "SIGKILL");
    }
  });
});
