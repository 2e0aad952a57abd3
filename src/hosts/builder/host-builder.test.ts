import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyArtifact } from "../../artifacts/artifact-store.ts";
import { localBuilder, nameArtifact } from "../../artifacts/local-builder.ts";
import { findProgram } from "../../artifacts/npm.ts";
import {
  builderWorkshop,
  commit,
  packageFiles,
  repositoryOf,
  tempFolder,
  testApp,
  testWorkshop,
  type Files,
} from "../../artifacts/testing.ts";
import type { Workshop } from "../../artifacts/workshop.ts";
import type { App, Project } from "../../project/project.ts";
import { localConnection } from "../agent/testing/local-connection.ts";
import { hostBuilder } from "./host-builder.ts";
import { hostBuilds } from "./host-builds.ts";

const serverFile = 'import isNumber from "is-number"; console.log(isNumber(process.env.BUILT));';

/** Programs of the system, but neither Node nor npm: as on a server. */
async function bareEnvironment(): Promise<NodeJS.ProcessEnv> {
  const bin = join(await tempFolder(), "bin");
  await mkdir(bin);
  for (const name of ["sh", "tar", "mkdir", "cp"]) {
    const program = await findProgram(name, process.env);
    if (program !== undefined) await symlink(program, join(bin, name));
  }
  const { HOME, npm_config_registry } = process.env;
  return { PATH: bin, HOME, ...(npm_config_registry && { npm_config_registry }) };
}

/** A deployer's machine and a host, each with a home of its own; a bare host has neither Node nor npm, and the others share a Node. */
async function pair(app: App, files: Files, { isBare = false } = {}) {
  const root = await repositoryOf(files);
  const here = isBare ? await testWorkshop() : await builderWorkshop();
  const host = isBare ? await testWorkshop({ env: await bareEnvironment() }) : await builderWorkshop();
  const project: Project = { name: "p", root, configPath: "", app, environments: {} };
  const connection = localConnection("build-1");
  const port = hostBuilds(host);
  const builder = hostBuilder({
    ...here,
    project,
    secrets: async () => ({ TOKEN: "hunter2!x" }),
    needed: async () => new Set(),
    connection,
    port,
    there: host.machine,
  });
  const name = (ref?: string) =>
    nameArtifact({ project, ref, secrets: { TOKEN: "hunter2!x" } }, here, builder.choose);
  return { root, here, host, connection, builder, name };
}

const said: string[] = [];
const progress = {
  step: (text: string) => void said.push(text),
  output: (_: string, line: string) => void said.push(line),
};

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).toSorted();
}

describe("a host that builds", { timeout: 180_000 }, () => {
  it("builds the commit with the deployer's npm, and the artifact comes to the deployer whole", async () => {
    const build = {
      command: ["node", "-e", "console.log('token', process.env.TOKEN); fs.writeFileSync('made.txt', '1')"],
      variables: {},
      secrets: { TOKEN: { from: "literal", value: "" } },
      timeoutMs: 30_000,
    } as const;
    const { root, here, host, connection, builder, name } = await pair(
      testApp({ build }),
      {
        ...packageFiles({ development: true }),
        "server.js": serverFile,
      },
      { isBare: true },
    );
    await chmod(join(root, "server.js"), 0o755);
    await writeFile(join(root, "not-committed.txt"), "1");
    const { signal } = here;
    const { key, source, runtime } = await name();
    expect(runtime.from).toMatchObject({ place: "this-machine" });

    expect(await builder.find(key, signal)).toBeUndefined();
    const id = await builder.build({ key, commit: source.commit }, progress, signal);

    expect(await builder.find(key, signal)).toBe(id);
    const manifest = await verifyArtifact(here.machine, id, signal);
    expect(manifest.content.files.map(({ path }) => path)).toEqual([
      "made.txt",
      "package-lock.json",
      "package.json",
      "server.js",
    ]);
    const { tree = "", runtime: node } = manifest.content;
    expect(await namesIn(join(here.machine.trees, tree, "node_modules"))).toContain("is-number");
    // What the host built with stays there: the other tree, and the npm that it was sent.
    expect(await namesIn(here.machine.trees)).toEqual([tree]);
    expect(await namesIn(host.machine.trees)).toHaveLength(2);
    expect(await namesIn(join(here.machine.runtimes, node, "bin"))).toEqual(["node"]);
    expect(await readdir(host.machine.artifacts)).toEqual(expect.arrayContaining([id, "by-source"]));
    expect(await namesIn(host.machine.artifacts)).toEqual(await namesIn(here.machine.artifacts));
    expect(said).toContain(`sending commit ${source.commit.slice(0, 7)} to build-1`);
    expect(said).toContain("token [REDACTED]");
    const log = await readFile(join(here.machine.artifacts, id, "build.log"), "utf8");
    expect(log).not.toContain("hunter2");

    // A second one sends neither npm nor a runtime nor packages.
    connection.asked.length = 0;
    const next = await commit(root, { "server.js": `${serverFile} // two` }, "Second");
    const second = await name();
    expect(second.key).not.toBe(key);
    const two = await builder.build({ key: second.key, commit: next }, progress, signal);
    expect(connection.asked.map((one) => one.split(" ")[0])).toEqual(["send", "receive"]);
    expect(await namesIn(here.machine.artifacts)).toEqual(["by-source", id, two].toSorted());
  });

  it("gives the very artifact that this machine would build, so that environments may share it", async () => {
    const { here, builder, name } = await pair(testApp(), { "server.js": "1" });
    const { key, source } = await name();
    const id = await builder.build({ key, commit: source.commit }, progress, here.signal);
    const alone: Workshop = await builderWorkshop();
    const project: Project = {
      name: "p",
      root: source.root,
      configPath: "",
      app: testApp(),
      environments: {},
    };
    const parts = {
      ...alone,
      project,
      secrets: async () => ({ TOKEN: "hunter2!x" }),
      needed: async () => new Set<string>(),
    };
    const named = await nameArtifact({ project, secrets: { TOKEN: "hunter2!x" } }, alone);
    expect(named.key).toBe(key);
    expect(await localBuilder(parts).build({ key, commit: source.commit }, progress, alone.signal)).toBe(id);
  });

  it("keeps nothing of a commit that can't be built, and says why as a build here does", async () => {
    const build = {
      command: ["node", "-e", "process.exit(3)"],
      variables: {},
      secrets: {},
      timeoutMs: 30_000,
    };
    const { here, host, builder, name } = await pair(testApp({ build }), { "server.js": "1" });
    const { key, source } = await name();
    const failed = builder.build({ key, commit: source.commit }, progress, here.signal);
    await expect(failed).rejects.toMatchObject({ code: "build-failed" });
    expect(await namesIn(host.machine.artifacts)).toEqual(["failed-builds"]);
    expect(await namesIn(here.machine.artifacts)).toEqual([]);
  });

  it("refuses what did not arrive as it was sent, on either side", async () => {
    const files = { "server.js": "1" };
    const there = await pair(testApp(), files);
    const send = there.connection.send.bind(there.connection);
    there.connection.send = async (transfer, signal) => {
      const report = await send(transfer, signal);
      if (transfer.to.endsWith("/app/")) await writeFile(join(transfer.to, "server.js"), "2");
      return report;
    };
    const { key, source } = await there.name();
    const arrived = there.builder.build({ key, commit: source.commit }, progress, there.here.signal);
    await expect(arrived).rejects.toMatchObject({ code: "upload-damaged" });
    expect(await namesIn(there.host.machine.artifacts)).toEqual([]);

    const back = await pair(testApp(), files);
    const receive = back.connection.receive.bind(back.connection);
    back.connection.receive = async (transfer, signal) => {
      await receive(transfer, signal);
      if (transfer.from.includes("/artifacts/")) {
        await chmod(join(transfer.to, "app", "server.js"), 0o644);
        await writeFile(join(transfer.to, "app", "server.js"), "2");
      }
    };
    const named = await back.name();
    const fetched = back.builder.build(
      { key: named.key, commit: named.source.commit },
      progress,
      back.here.signal,
    );
    await expect(fetched).rejects.toMatchObject({ code: "upload-damaged" });
    expect(await namesIn(back.here.machine.artifacts)).toEqual([]);
    expect(await back.builder.find(named.key, back.here.signal)).toBeUndefined();
  });

  it("builds nothing where its runtime became another since the plan", async () => {
    const { here, builder, name } = await pair(testApp(), { "server.js": "1" });
    const { source } = await name();
    const other = builder.build({ key: "0".repeat(40), commit: source.commit }, progress, here.signal);
    await expect(other).rejects.toMatchObject({ code: "plan-outdated" });
  });
});
