import { spawnSync } from "node:child_process";
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  truncate,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyArtifact } from "../artifacts/artifact-store.ts";
import { buildArtifact } from "../artifacts/build-artifact.ts";
import { describeSource } from "../artifacts/git-source.ts";
import { artifactAt } from "../artifacts/manifest.ts";
import { chooseRuntime } from "../artifacts/runtime.ts";
import {
  commit,
  packageFiles,
  repositoryOf,
  testApp,
  builderWorkshop,
  type Files,
} from "../artifacts/testing.ts";
import type { Workshop } from "../artifacts/workshop.ts";
import { Secret } from "../secrets/secret.ts";
import { environmentPaths, type EnvironmentPaths } from "./environment-paths.ts";
import type { ReleaseRecord } from "./host.ts";
import {
  listReleases,
  neededArtifacts,
  readRelease,
  readReleaseEnvironment,
  releaseAt,
  removeRelease,
} from "./release-folder.ts";
import { placeRelease } from "./place-release.ts";
import { pruneStatic, publishStatic } from "./static-files.ts";

/** A repository whose commits become releases of one environment. */
class Stage {
  readonly workshop: Workshop;
  readonly folder: string;
  readonly paths: EnvironmentPaths;

  constructor(workshop: Workshop, folder: string) {
    this.workshop = workshop;
    this.folder = folder;
    this.paths = environmentPaths(workshop.machine, "shop", "production");
  }

  async build(files: Files): Promise<string> {
    await commit(this.folder, files, "Change");
    const app = testApp({ static: { folder: "public", url: "/static/" } });
    const source = await describeSource({ folder: this.folder }, this.workshop.signal);
    const runtime = await chooseRuntime(app.runtime, this.workshop);
    const built = await buildArtifact({ source, app, secrets: {}, runtime, runTimeNames: [] }, this.workshop);
    return built.id;
  }

  async place(
    id: string,
    artifact: string,
    persist: readonly string[] = [],
    agents: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const { machine, signal } = this.workshop;
    const placement = {
      release: recordOf(id, artifact),
      variables: { TOKEN: new Secret("hunter2!x") },
      persist,
      agents,
    };
    await placeRelease(this.paths, machine, placement, signal);
  }

  async publish(id: string, files: Files) {
    await this.place(id, await this.build(files));
    return publishStatic(this.paths, id, this.workshop.signal);
  }
}

async function newStage(files: Files = {}): Promise<Stage> {
  return new Stage(
    await builderWorkshop(),
    await repositoryOf({ "public/a.css": "a{}", "server.js": "1", ...files }),
  );
}

function recordOf(id: string, artifact: string): ReleaseRecord {
  return {
    format: 1,
    id,
    project: "shop",
    environment: "production",
    commit: "abc",
    commitSubject: "Change",
    artifact,
    createdAt: 1,
    processes: {},
    ready: { path: "/", status: 200, timeoutMs: 1 },
    smoke: [],
    drain: { requestsMs: 0, streamsMs: 0 },
    hooks: {},
    staticUrl: "/static/",
    stack: "node",
    schedules: {},
    console: ["node"],
    contract: [],
    migrateBack: undefined,
    backups: undefined,
  };
}

describe("a placed release", () => {
  it("has the artifact's files, its packages, its runtime, its variables and its record", async () => {
    const stage = await newStage(packageFiles());
    const artifact = await stage.build({});
    await stage.place("r1", artifact);

    const place = releaseAt(stage.paths, "r1");
    const inStore = await stat(join(artifactAt(stage.workshop.machine, artifact).app, "server.js"));
    const isTheSame = (await stat(join(place.app, "server.js"))).ino === inStore.ino;
    expect(isTheSame).toBe(process.getuid?.() !== 0);
    expect(await readdir(join(place.app, "node_modules"))).toContain("is-number");
    expect(await readdir(join(place.runtime, "bin"))).toContain("node");
    expect((await stat(place.environment)).mode & 0o777).toBe(0o600);
    const { variables } = await readReleaseEnvironment(stage.paths, "r1");
    expect(variables["TOKEN"]).toBe("hunter2!x");
    expect(variables["PATH"]?.split(":").slice(0, 2)).toEqual([
      join(place.runtime, "bin"),
      join(place.app, "node_modules/.bin"),
    ]);
    expect(await readRelease(stage.paths, "r1")).toEqual(
      JSON.parse(JSON.stringify(recordOf("r1", artifact))),
    );
    expect(await neededArtifacts(stage.workshop.machine)).toEqual(new Set([artifact]));
  });

  it("stays as it is when it is placed again, and what a killed deployer left goes", async () => {
    const stage = await newStage();
    const artifact = await stage.build({});
    await mkdir(join(stage.paths.releases, "r1.tmp-4194304999-0123abcd-0", "app"), { recursive: true });
    await stage.place("r1", artifact);
    const before = await stat(stage.paths.releases);
    await stage.place("r1", artifact);
    expect((await stat(stage.paths.releases)).mtimeMs).toBe(before.mtimeMs);
    expect(await readdir(stage.paths.releases)).toEqual(["r1"]);
  });

  it("is not laid from a damaged artifact", async () => {
    const stage = await newStage();
    const artifact = await stage.build({});
    const file = join(artifactAt(stage.workshop.machine, artifact).app, "server.js");
    await chmod(file, 0o644);
    await writeFile(file, "2");
    await expect(stage.place("r1", artifact)).rejects.toMatchObject({ code: "artifact-damaged" });
    expect(await readdir(stage.paths.releases)).toEqual([]);
  });

  it("leaves the artifact whole when one of its processes writes into its own files", async () => {
    const stage = await newStage({ "public/script.sh": 'echo >> "$0"; echo >> ../../manifest.json' });
    const artifact = await stage.build({});
    await stage.place("r1", artifact);
    const folder = join(releaseAt(stage.paths, "r1").app, "public");
    const result = spawnSync("/bin/sh", ["script.sh"], { cwd: folder });
    expect(result.status === 0).toBe(process.getuid?.() === 0);
    const { machine, signal } = stage.workshop;
    await expect(verifyArtifact(machine, artifact, signal)).resolves.toMatchObject({ id: artifact });
    await stage.place("r2", artifact);
  });

  it("keeps what its instances are started with, in its own folder", async () => {
    const stage = await newStage();
    const artifact = await stage.build({});
    const source = join(stage.folder, "relay-1.mjs");
    await writeFile(source, "//", { mode: 0o755 });
    await stage.place("r1", artifact, [], { "relay.mjs": source });
    const laid = join(releaseAt(stage.paths, "r1").folder, "agents", "relay.mjs");
    expect((await stat(laid)).ino).toBe((await stat(source)).ino);
  });

  it("sees the folders that outlive it, which begin with what the first one brought", async () => {
    const stage = await newStage({ "data/files/first.txt": "1", "data/seed.txt": "seed" });
    await stage.place("r1", await stage.build({}), ["data", "data/files", "uploads/pictures/"]);
    const kept = join(stage.paths.persist, "data");
    expect(await readlink(join(releaseAt(stage.paths, "r1").app, "data"))).toBe(kept);
    await writeFile(join(kept, "files/first.txt"), "changed by the application");
    await writeFile(join(releaseAt(stage.paths, "r1").app, "uploads/pictures/new.txt"), "uploaded");

    await stage.place("r2", await stage.build({ "data/files/first.txt": "2" }), ["data", "uploads/pictures"]);

    const { app } = releaseAt(stage.paths, "r2");
    expect(await readFile(join(app, "data/files/first.txt"), "utf8")).toBe("changed by the application");
    expect(await readFile(join(app, "data/seed.txt"), "utf8")).toBe("seed");
    expect(await readFile(join(app, "uploads/pictures/new.txt"), "utf8")).toBe("uploaded");
    await removeRelease(stage.paths, "r2");
    expect(await readFile(join(kept, "seed.txt"), "utf8")).toBe("seed");
  });

  it("is refused where a folder to persist is a file", async () => {
    const stage = await newStage();
    const artifact = await stage.build({});
    await expect(stage.place("r1", artifact, ["server.js"])).rejects.toMatchObject({
      code: "persist-conflict",
    });
    expect(await listReleases(stage.paths)).toEqual([]);
  });
});

describe("the releases of an environment", () => {
  it("are listed with the damaged ones, and removed", async () => {
    const stage = await newStage();
    const artifact = await stage.build({});
    for (const id of ["r2", "r1", "r3"]) await stage.place(id, artifact);
    await truncate(releaseAt(stage.paths, "r2").record);
    await mkdir(releaseAt(stage.paths, "r4").folder);

    expect((await listReleases(stage.paths)).map(({ id, damaged }) => [id, damaged])).toEqual([
      ["r1", undefined],
      ["r2", expect.stringContaining("damaged")],
      ["r3", undefined],
      ["r4", "it has no release.json"],
    ]);
    await expect(stage.place("r2", artifact)).rejects.toMatchObject({ code: "kept-file-damaged" });
    await expect(neededArtifacts(stage.workshop.machine)).rejects.toMatchObject({
      code: "kept-file-damaged",
    });

    for (const id of ["r2", "r4", "never-there"]) await removeRelease(stage.paths, id);
    expect((await readdir(stage.paths.releases)).toSorted()).toEqual(["r1", "r3"]);
  });

  it("have names that lead nowhere else, and one that is not there is told with those that are", async () => {
    const stage = await newStage();
    await stage.place("20300101-abc", await stage.build({}));
    for (const name of ["..", "../r", "", ".x", "a/b"]) {
      expect(() => releaseAt(stage.paths, name)).toThrow("There is no release");
    }
    await expect(readRelease(stage.paths, "20300101-abd")).rejects.toMatchObject({
      code: "unknown-release",
      next: "Did you mean `20300101-abc`?",
    });
  });
});

describe("static files", () => {
  it("of every release stay side by side, and the newest of a name wins", async () => {
    const stage = await newStage();
    expect(await stage.publish("r1", { "public/app.1.js": "1", "public/deep/x.txt": "x" })).toEqual({
      added: 3,
      replaced: [],
    });
    const open = await readFile(join(stage.paths.static, "a.css"), "utf8");
    expect(open).toBe("a{}");
    expect(await stage.publish("r2", { "public/app.2.js": "2", "public/a.css": "b{}" })).toEqual({
      added: 1,
      replaced: ["a.css"],
    });
    expect(await publishStatic(stage.paths, "r2", stage.workshop.signal)).toEqual({ added: 0, replaced: [] });
    expect(await readFile(join(stage.paths.static, "a.css"), "utf8")).toBe("b{}");
    expect((await readdir(stage.paths.static)).toSorted()).toEqual(["a.css", "app.1.js", "app.2.js", "deep"]);
    expect(await publishStatic(stage.paths, "r1", stage.workshop.signal)).toMatchObject({
      replaced: ["a.css"],
    });
    expect(await readFile(join(stage.paths.static, "a.css"), "utf8")).toBe("a{}");
  });

  it("may have a name that was a folder's, and a folder a name that was a file's", async () => {
    const stage = await newStage();
    await stage.publish("r1", { "public/docs": "1" });
    await rm(join(stage.folder, "public/docs"));
    expect(await stage.publish("r2", { "public/docs/x": "2" })).toEqual({ added: 1, replaced: [] });
    expect(await readFile(join(stage.paths.static, "docs/x"), "utf8")).toBe("2");
    await publishStatic(stage.paths, "r1", stage.workshop.signal);
    expect(await readFile(join(stage.paths.static, "docs"), "utf8")).toBe("1");
  });

  it("that only pruned releases had are removed", async () => {
    const stage = await newStage();
    await stage.publish("r1", { "public/old/app.1.js": "1" });
    await stage.publish("r2", { "public/app.2.js": "2" });
    await writeFile(join(stage.folder, "unrelated"), "");
    expect((await pruneStatic(stage.paths, ["r1", "r2"])).length).toBe(0);
    const third = await stage.build({ "public/only.js": "3" });
    await stage.place("r3", third);
    await publishStatic(stage.paths, "r3", stage.workshop.signal);
    expect(await pruneStatic(stage.paths, ["r1"])).toEqual(["app.2.js", "only.js"]);
    expect((await readdir(stage.paths.static)).toSorted()).toEqual(["a.css", "old"]);
    await expect(pruneStatic(stage.paths, ["never-there"])).rejects.toMatchObject({
      code: "unknown-release",
    });
    expect((await lstat(join(stage.paths.static, "old/app.1.js"))).isFile()).toBe(true);
  });
});
