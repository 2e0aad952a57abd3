import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import type { App } from "../project/project.ts";
import { mayBeLeftOut } from "../../test/support/may-be-left-out.ts";
import { findArtifact, listArtifacts, requireManifest, verifyArtifact } from "./artifact-store.ts";
import { artifactKey } from "./artifact-key.ts";
import { buildArtifact, type BuiltArtifact } from "./build-artifact.ts";
import { describeSource } from "./git-source.ts";
import { artifactAt } from "./manifest.ts";
import { chooseRuntime } from "./runtime.ts";
import { commit, gitIn, packageFiles, repositoryOf, testApp, builderWorkshop } from "./testing.ts";
import type { Workshop } from "./workshop.ts";

interface Options {
  readonly app?: Partial<App>;
  readonly build?: Partial<App["build"]>;
  readonly secrets?: Readonly<Record<string, string>>;
}

async function requestOf(folder: string, workshop: Workshop, { app, build, secrets = {} }: Options) {
  const whole = testApp({ ...app, build: { ...testApp().build, ...build } });
  const [source, runtime] = await Promise.all([
    describeSource({ folder }, workshop.signal),
    chooseRuntime(whole.runtime, workshop),
  ]);
  return { source, app: whole, secrets, runtime, runTimeNames: [] };
}

async function building(folder: string, workshop: Workshop, options: Options = {}): Promise<BuiltArtifact> {
  return buildArtifact(await requestOf(folder, workshop, options), workshop);
}

/** A build command that is a line of JavaScript. */
const script = (text: string) => ({ command: ["node", "--input-type=module", "-e", text] });

describe("an artifact", () => {
  it("holds the committed files, read-only, with a manifest, and is found by its key before and after", async () => {
    const folder = await repositoryOf({ "server.js": "1", "public/a.css": "a{}", "bin/run": "#!/bin/sh\n" });
    await chmod(join(folder, "bin/run"), 0o755);
    await symlink("bin/run", join(folder, "run"));
    await commit(folder, {}, "Modes");
    const workshop = await builderWorkshop();
    const request = await requestOf(folder, workshop, {});
    expect(await findArtifact(workshop.machine, artifactKey(request))).toBeUndefined();

    const built = await buildArtifact(request, workshop);

    expect(built).toMatchObject({ key: artifactKey(request), found: false });
    expect(await findArtifact(workshop.machine, built.key)).toBe(built.id);
    const { app } = artifactAt(workshop.machine, built.id);
    expect((await lstat(join(app, "server.js"))).mode & 0o777).toBe(0o444);
    expect((await lstat(join(app, "bin/run"))).mode & 0o777).toBe(0o555);
    const manifest = await verifyArtifact(workshop.machine, built.id, workshop.signal);
    expect(manifest.content.files.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "file bin/run",
      "file public/a.css",
      "link run",
      "file server.js",
    ]);
    expect([manifest.buildLog, manifest.sbom, manifest.content.tree]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(await building(folder, workshop)).toMatchObject({ id: built.id, found: true });
  });

  it("has one id for the same content, whichever commit it came from", async () => {
    const folder = await repositoryOf({ "server.js": "1" });
    const workshop = await builderWorkshop();
    const first = await building(folder, workshop);
    const other = await building(folder, workshop, { build: { variables: { UNUSED: "1" } } });
    expect(other.key).not.toBe(first.key);
    expect(other).toMatchObject({ id: first.id, found: false });
    await commit(folder, { "server.js": "2" }, "Second");
    expect((await building(folder, workshop)).id).not.toBe(first.id);
    gitIn(folder, "revert", "--no-edit", "HEAD");
    expect(await building(folder, workshop)).toMatchObject({ id: first.id, found: true });
    expect((await listArtifacts(workshop.machine)).length).toBe(2);
  });

  it("is built with the packages of the lock file, and goes on without those for development", async () => {
    const folder = await repositoryOf({
      ...packageFiles({ development: true }),
      "build.mjs": `
        import ms from "ms";
        import isNumber from "is-number";
        import { mkdirSync, writeFileSync } from "node:fs";
        mkdirSync("dist/static", { recursive: true });
        mkdirSync("node_modules/.cache");
        writeFileSync("dist/static/app.txt", ms("1h") + " " + isNumber(1) + "\\n");`,
    });
    const workshop = await builderWorkshop();
    const options = {
      build: { command: ["node", "build.mjs"] },
      app: { static: { folder: "dist/static", url: "/" } },
    };

    const { id } = await building(folder, workshop, options);

    const artifact = artifactAt(workshop.machine, id);
    expect(await readFile(join(artifact.app, "dist/static/app.txt"), "utf8")).toBe("3600000 true\n");
    await expect(lstat(join(artifact.app, "node_modules"))).rejects.toThrow("ENOENT");
    const { content, builtFrom } = await requireManifest(workshop.machine, id);
    const trees = join(workshop.machine.trees);
    expect(await readdir(join(trees, content.tree ?? "", "node_modules"))).not.toContain("ms");
    expect(await readdir(join(trees, builtFrom.buildTree ?? "", "node_modules"))).not.toContain(".cache");
    expect(JSON.parse(await readFile(join(artifact.folder, "sbom.json"), "utf8"))).toMatchObject({
      components: [{ name: "is-number" }],
    });
  });

  it("is one for two builders of the same source, even where each build comes out differently", async () => {
    const folder = await repositoryOf({ "server.js": "1" });
    const workshop = await builderWorkshop();
    const build = script(`
      import { writeFileSync } from "node:fs";
      writeFileSync("stamp", String(Math.random()));
      await new Promise((resolve) => setTimeout(resolve, 100));`);
    const ids = await Promise.all(
      [1, 2, 3].map(async () => (await building(folder, workshop, { build })).id),
    );
    expect(new Set(ids).size).toBe(1);
    await verifyArtifact(workshop.machine, ids[0] ?? "", workshop.signal);
  });
});

describe("a build", () => {
  it("sees its own variables and secrets, and nothing of the deployer's", async () => {
    const folder = await repositoryOf({ "server.js": "1" });
    const lines: string[] = [];
    const workshop = await builderWorkshop({
      env: { ...process.env, DATABASE_URL: "postgres://production", DEPLOYER_TOKEN: "mine" },
      onOutput: (_, line) => lines.push(line),
    });
    const built = await building(folder, workshop, {
      build: {
        ...script(`
          const names = Object.keys(process.env).sort();
          console.log(names.join(" "));
          console.log(process.env.PUBLIC_URL, process.env.TOKEN, process.execPath);`),
        variables: { PUBLIC_URL: "https://example.invalid" },
        secrets: { TOKEN: { from: "environment", name: "TOKEN" } },
      },
      secrets: { TOKEN: "hunter2!x" },
    });
    const runtime = (await requireManifest(workshop.machine, built.id)).content.runtime;
    expect(lines).toEqual([
      "CI HOME LANG NODE_ENV PATH PUBLIC_URL TMPDIR TOKEN TZ",
      `https://example.invalid [REDACTED] ${join(workshop.machine.runtimes, runtime, "bin", "node")}`,
    ]);
    const log = await readFile(join(artifactAt(workshop.machine, built.id).folder, "build.log"), "utf8");
    expect(log).toContain("[REDACTED]");
    expect(log).not.toContain("hunter2");
  });

  it("that fails tells its exit code and last lines, keeps its log, and leaves nothing else", async () => {
    const folder = await repositoryOf({ "server.js": "1" });
    const workshop = await builderWorkshop();
    const build = script(`
      for (let n = 1; n <= 40; n++) console.log("line " + n);
      console.error("hunter2!x is wrong");
      process.exitCode = 7;`);
    const failure = building(folder, workshop, { build, secrets: { TOKEN: "hunter2!x" } });
    const error = await failure.catch((thrown: unknown) => thrown);
    if (!(error instanceof CozyError)) throw error;
    expect(error).toMatchObject({ code: "build-failed", message: expect.stringMatching(/ended with 7\.$/) });
    const { details, state = "" } = error;
    expect(details.length).toBe(30);
    expect(details).toContain("[REDACTED] is wrong");
    const log = /whole output is in (.+)\.$/.exec(state)?.[1] ?? "";
    expect(await readFile(log, "utf8")).toContain("line 1\n");
    expect((await readdir(workshop.machine.artifacts)).toSorted()).toEqual(["failed-builds"]);
    expect(await listArtifacts(workshop.machine)).toEqual([]);
  });

  it("that misses a run-time variable is told why that is not there", async () => {
    const folder = await repositoryOf({ "server.js": "1" });
    const variable = { required: true, secret: true, default: undefined };
    const app = { variables: { DATABASE_URL: variable, URL: variable, PUBLIC_NAME: variable } };
    const build = {
      ...script(`if (!process.env.DATABASE_URL) throw new Error("DATABASE_URL and PUBLIC_NAME are not set")`),
      variables: { PUBLIC_NAME: "x" },
    };
    await expect(building(folder, await builderWorkshop(), { app, build })).rejects.toMatchObject({
      code: "build-failed",
      message: expect.stringMatching(/mentions DATABASE_URL: run-time variables are not there at build/),
    });
  });

  it("is ended at its deadline", async () => {
    const folder = await repositoryOf({ "server.js": "1" });
    const build = { command: ["sleep", "60"], timeoutMs: 300 };
    await expect(building(folder, await builderWorkshop(), { build })).rejects.toMatchObject({
      code: "build-timed-out",
      message: "The build command `sleep 60` did not end within 0 s.",
    });
  });

  it("can be taken back, and leaves nothing", async () => {
    const folder = await repositoryOf({ "server.js": "1" });
    const controller = new AbortController();
    const workshop = await builderWorkshop({
      signal: controller.signal,
      onOutput: () => controller.abort(new Error("taken back")),
    });
    const build = { command: ["/bin/sh", "-c", "echo begun; sleep 60"] };
    await expect(building(folder, workshop, { build })).rejects.toThrow("taken back");
    expect(await readdir(workshop.machine.artifacts)).toEqual(["failed-builds"]);
  });

  it.each<[string, Options, string]>([
    ["a command that is not there", { build: { command: ["no-such-builder"] } }, "build-command-missing"],
    ["no static files", { app: { static: { folder: "dist", url: "/static/" } } }, "static-folder-missing"],
    [
      "a link that leads out",
      { build: script(`import fs from "node:fs"; fs.symlinkSync("../../elsewhere", "out")`) },
      "link-leaves-artifact",
    ],
    ["a pipe", { build: { command: ["mkfifo", "pipe"] } }, "file-kind-refused"],
  ])("with %s is refused", async (_, options, code) => {
    const folder = await repositoryOf({ "server.js": "1" });
    const workshop = await builderWorkshop();
    await expect(building(folder, workshop, options)).rejects.toMatchObject({ code });
    expect(await listArtifacts(workshop.machine)).toEqual([]);
  });

  it("of a commit that holds node_modules is refused", async () => {
    const folder = await repositoryOf({ "node_modules/a/index.js": "1" });
    await expect(building(folder, await builderWorkshop())).rejects.toMatchObject({
      code: "modules-in-source",
    });
  });
});

describe("a damaged artifact", () => {
  it("is told with the files that differ", async () => {
    const folder = await repositoryOf({ "a.js": "1", "b.js": "2", "c.js": "3", "d.js": "4" });
    const workshop = await builderWorkshop();
    const { id } = await building(folder, workshop);
    const { app } = artifactAt(workshop.machine, id);
    await chmod(join(app, "a.js"), 0o644);
    await writeFile(join(app, "a.js"), "!");
    await rm(join(app, "b.js"));
    await chmod(join(app, "c.js"), 0o755);
    await expect(verifyArtifact(workshop.machine, id, workshop.signal)).rejects.toMatchObject({
      code: "artifact-damaged",
      message: expect.stringContaining("3 of its 4 files"),
      details: [
        "a.js: its content changed",
        "b.js: it is missing",
        "c.js: it can be executed, or can't, against the manifest",
      ],
    });
    await expect(verifyArtifact(workshop.machine, "none", workshop.signal)).rejects.toMatchObject({
      code: "artifact-missing",
    });
  });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe.skipIf(mayBeLeftOut(!canMount))("a full disk", () => {
  it("is told with the folder, and the half-made is removed", async () => {
    const folder = await repositoryOf({ "server.js": "1" });
    const workshop = await builderWorkshop();
    const { artifacts } = workshop.machine;
    await mkdir(artifacts, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", artifacts]);
    try {
      const inCheckOut = await repositoryOf({ "big.bin": "x".repeat(3_000_000) });
      await expect(building(inCheckOut, workshop)).rejects.toMatchObject({
        code: "disk-full",
        message: expect.stringContaining(artifacts),
      });
      const build = script(`import fs from "node:fs"; fs.writeFileSync("big", Buffer.alloc(3_000_000))`);
      await expect(building(folder, workshop, { build })).rejects.toMatchObject({ code: "disk-full" });
      expect((await readdir(artifacts)).filter((name) => name !== "failed-builds")).toEqual([]);
      expect((await stat(artifacts)).isDirectory()).toBe(true);
      await building(folder, workshop);
    } finally {
      execFileSync("umount", [artifacts]);
    }
  });
});
