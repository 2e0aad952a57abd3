import { copyFile, link, mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import type { App } from "../project/project.ts";
import { buildEnvironment } from "../stacks/node.ts";
import { artifactKey } from "./artifact-key.ts";
import { claimSource, failedBuilds, findArtifact, markUsed, moveIn } from "./artifact-store.ts";
import { checkOut } from "./check-out.ts";
import { readDependencies } from "./dependencies.ts";
import { keepTree, type DependencyTree } from "./dependency-tree.ts";
import { mindingTheDisk } from "./disk-full.ts";
import type { Source } from "./git-source.ts";
import { writeKept } from "./kept-file.ts";
import { linkModules } from "./link-modules.ts";
import { artifactAt, artifactId, type ArtifactContent, type Manifest } from "./manifest.ts";
import { redactor } from "../secrets/redactor.ts";
import { runBuild } from "./run-build.ts";
import type { RuntimeChoice } from "./runtime.ts";
import { keepRuntime, type Runtime } from "./runtime-store.ts";
import { freezeFiles } from "./scan-files.ts";
import { tempName } from "./temp-name.ts";
import type { Workshop } from "./workshop.ts";

export interface BuildArtifactRequest {
  readonly source: Source;
  readonly app: App;
  /** The values of `build.secrets`, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly runtime: RuntimeChoice;
  /** Names of variables that the application has when it runs, for the explanation of a build that misses one. */
  readonly runTimeNames: readonly string[];
}

export interface BuiltArtifact {
  readonly id: string;
  readonly key: string;
  /** It was there already: nothing was built. */
  readonly found: boolean;
  readonly steps: readonly { readonly name: string; readonly durationMs: number }[];
}

/** The artifact of a commit: the one that is there, else a new one. Can be called by several at once, and again after a kill. */
export async function buildArtifact(
  request: BuildArtifactRequest,
  workshop: Workshop,
): Promise<BuiltArtifact> {
  const { machine, now } = workshop;
  const key = artifactKey(request);
  const found = await findArtifact(machine, key);
  if (found !== undefined) {
    await markUsed(artifactAt(machine, found).folder, now());
    return { id: found, key, found: true, steps: [] };
  }
  const redact = redactor(Object.values(request.secrets));
  await mkdir(machine.artifacts, { recursive: true });
  const work = tempName(join(machine.artifacts, key));
  try {
    return await mindingTheDisk(machine.artifacts, () =>
      new Build(request, key, work, redact, workshop).run(),
    );
  } catch (error) {
    throw error instanceof CozyError ? withoutSecrets(error, redact) : error;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** One build, from the commit to the artifact's folder. */
class Build {
  readonly #request: BuildArtifactRequest;
  readonly #key: string;
  readonly #work: string;
  readonly #app: string;
  readonly #redact: (line: string) => string;
  readonly #workshop: Workshop;
  readonly #steps: { name: string; durationMs: number }[] = [];

  constructor(
    request: BuildArtifactRequest,
    key: string,
    work: string,
    redact: (line: string) => string,
    workshop: Workshop,
  ) {
    this.#request = request;
    this.#key = key;
    this.#work = work;
    this.#app = join(work, "app");
    this.#redact = redact;
    this.#workshop = {
      ...workshop,
      onOutput: (stream, line) => workshop.onOutput?.(stream, redact(line)),
    };
  }

  async run(): Promise<BuiltArtifact> {
    const { source, app } = this.#request;
    await mkdir(this.#work);
    await this.#step("check out", () => checkOut(source, this.#app, this.#workshop.signal));
    await this.#refuseModules();
    const runtime = await this.#step("runtime", () => keepRuntime(this.#request.runtime, this.#workshop));
    const trees = await this.#step("dependencies", () => this.#keepTrees(runtime));
    if (app.build.command !== undefined) {
      const { command } = app.build;
      await this.#step("build command", () => this.#runCommand(command, runtime, trees.build));
    }
    await this.#requireStaticFolder();
    const content = await this.#step("hash", () => this.#freeze(runtime, trees.run));
    const id = await this.#step("keep", () => this.#keep(content, trees));
    return { id, key: this.#key, found: false, steps: this.#steps };
  }

  async #step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.#workshop.signal.throwIfAborted();
    const startedAt = performance.now();
    const result = await work();
    this.#steps.push({ name, durationMs: performance.now() - startedAt });
    return result;
  }

  async #refuseModules(): Promise<void> {
    if (!(await isFolder(join(this.#app, "node_modules")))) return;
    throw new CozyError("modules-in-source", {
      message: `Commit ${this.#request.source.commit.slice(0, 7)} holds node_modules; packages come from the lock file.`,
      state: "Nothing was built.",
      next: "git rm -r --cached node_modules && echo node_modules >> .gitignore && git commit -a",
    });
  }

  async #keepTrees(runtime: Runtime): Promise<Trees> {
    const dependencies = await readDependencies(this.#app);
    if (dependencies === undefined) return { build: undefined, run: undefined };
    const { app, secrets } = this.#request;
    const request = {
      folder: this.#app,
      dependencies,
      runtime,
      variables: { ...app.build.variables, ...secrets },
      timeoutMs: app.build.timeoutMs,
    };
    const build =
      app.build.command === undefined
        ? undefined
        : await keepTree({ ...request, kind: "build" }, this.#workshop);
    return { build, run: await keepTree({ ...request, kind: "run" }, this.#workshop) };
  }

  async #runCommand(
    command: readonly string[],
    runtime: Runtime,
    tree: DependencyTree | undefined,
  ): Promise<void> {
    const { app, secrets, runTimeNames } = this.#request;
    const { env, machine, signal, onOutput, onStep } = this.#workshop;
    onStep?.(`running ${this.#redact(command.join(" "))}`);
    if (tree !== undefined) await linkModules(tree.modules, this.#app);
    const atBuild = new Set([...Object.keys(app.build.variables), ...Object.keys(app.build.secrets)]);
    const logFile = join(this.#work, "build.log");
    const keptLog = join(machine.artifacts, failedBuilds, `${this.#key}.log`);
    const run = {
      command,
      folder: this.#app,
      env: buildEnvironment({
        runtimeBin: runtime.bin,
        appFolder: this.#app,
        os: runtime.platform.os,
        home: env["HOME"] ?? "/",
        // The system's own: sockets that build tools make there have a short path.
        temp: env["TMPDIR"] ?? "/tmp",
        variables: app.build.variables,
        secrets,
      }),
      timeoutMs: app.build.timeoutMs,
      logFile,
      keptLog,
      runTimeNames: [...Object.keys(app.variables), ...runTimeNames].filter((name) => !atBuild.has(name)),
      redact: this.#redact,
      onOutput,
    };
    try {
      await runBuild(run, signal);
    } catch (error) {
      await mkdir(join(machine.artifacts, failedBuilds), { recursive: true });
      await rename(logFile, keptLog);
      throw error;
    }
    await rm(join(this.#app, "node_modules"), { recursive: true, force: true });
  }

  async #requireStaticFolder(): Promise<void> {
    const { app } = this.#request;
    if (app.static === undefined || (await isFolder(join(this.#app, app.static.folder)))) return;
    throw new CozyError("static-folder-missing", {
      message: `The folder ${app.static.folder} (static.folder) is not there after the build.`,
      state: "No artifact was made.",
      next:
        app.build.command === undefined
          ? "Set build.command in cozy.config.ts to what makes it, or commit the folder."
          : `Have \`${this.#redact(app.build.command.join(" "))}\` make it, or correct static.folder in cozy.config.ts.`,
    });
  }

  async #freeze(runtime: Runtime, tree: DependencyTree | undefined): Promise<ArtifactContent> {
    return {
      stack: this.#request.app.stack,
      platform: runtime.platform,
      runtime: runtime.id,
      tree: tree?.hash,
      staticFolder: this.#request.app.static?.folder,
      files: await freezeFiles(this.#app, ["node_modules"], this.#workshop.signal),
    };
  }

  async #keep(content: ArtifactContent, trees: Trees): Promise<string> {
    const { machine, now } = this.#workshop;
    const { source } = this.#request;
    const id = artifactId(content);
    const manifest: Manifest = {
      format: 1,
      id,
      content,
      builtFrom: {
        key: this.#key,
        commit: source.commit,
        sourceTree: source.tree,
        buildTree: trees.build?.hash,
        builtAt: now(),
      },
      buildLog: this.#request.app.build.command === undefined ? undefined : "build.log",
      sbom: (await this.#takeSbom(trees.run)) ? "sbom.json" : undefined,
    };
    await writeKept(join(this.#work, "manifest.json"), { ...manifest });
    await moveIn(machine, this.#work, id, now());
    return claimSource(machine, this.#key, id, now());
  }

  async #takeSbom(tree: DependencyTree | undefined): Promise<boolean> {
    if (tree === undefined) return false;
    const to = join(this.#work, "sbom.json");
    return link(tree.sbom, to)
      .catch(() => copyFile(tree.sbom, to))
      .then(
        () => true,
        () => false,
      );
  }
}

interface Trees {
  readonly build: DependencyTree | undefined;
  readonly run: DependencyTree | undefined;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function withoutSecrets(error: CozyError, redact: (line: string) => string): CozyError {
  return error.with({ message: redact(error.message), details: error.details.map(redact) });
}
