import { copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import type { App } from "../project/project.ts";
import type { AddressNames } from "../stacks/django.ts";
import { stackOf, type BuildSite, type Stack, type StackFacts } from "../stacks/stack.ts";
import { artifactKey } from "./artifact-key.ts";
import { claimSource, failedBuilds, findArtifact, markUsed, moveIn } from "./artifact-store.ts";
import { checkOut } from "./check-out.ts";
import { mindingTheDisk } from "./disk-full.ts";
import type { Source } from "./git-source.ts";
import { writeKept } from "./kept-file.ts";
import type { KeptRuntime, KeptTree, Trees } from "./kept-runtime.ts";
import { artifactAt, artifactId, type ArtifactContent, type Manifest } from "./manifest.ts";
import { redactor } from "../secrets/redactor.ts";
import { runBuild } from "./run-build.ts";
import type { RuntimeChoice } from "./runtime.ts";
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
  readonly addressNames?: AddressNames;
  /** The application's files, checked out on another machine: the folder is used up. From the repository where absent. */
  readonly checkedOut?: string;
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
  readonly #site: BuildSite;
  readonly #workshop: Workshop;
  readonly #steps: { name: string; durationMs: number }[] = [];

  constructor(
    request: BuildArtifactRequest,
    key: string,
    work: string,
    redact: (line: string) => string,
    workshop: Workshop,
  ) {
    const { source, app, secrets, runtime, runTimeNames } = request;
    const { addressNames = { database: [], media: [] } } = request;
    const atBuild = new Set([...Object.keys(app.build.variables), ...Object.keys(app.build.secrets)]);
    this.#request = request;
    this.#key = key;
    this.#workshop = {
      ...workshop,
      onOutput: (stream, line) => workshop.onOutput?.(stream, redact(line)),
    };
    this.#site = {
      app,
      commit: source.commit,
      folder: join(work, "app"),
      work,
      choice: runtime,
      secrets,
      addressNames,
      runTimeNames: [...Object.keys(app.variables), ...runTimeNames].filter((name) => !atBuild.has(name)),
      redact,
      workshop: this.#workshop,
    };
  }

  async run(): Promise<BuiltArtifact> {
    const { source, app, checkedOut } = this.#request;
    const site = this.#site;
    const stack = await stackOf(app.stack);
    await mkdir(site.work);
    await this.#step("check out", () =>
      checkedOut === undefined
        ? checkOut(source, site.folder, this.#workshop.signal)
        : rename(checkedOut, site.folder),
    );
    await stack.checkSource(site);
    const runtime = await this.#step("runtime", () => stack.keepRuntime(site));
    const trees = await this.#step("dependencies", () => stack.keepTrees(site, runtime));
    const { command } = app.build;
    if (command !== undefined) {
      await this.#step("build command", async () => {
        await this.#runCommand(command, await stack.beforeCommand(site, runtime, trees));
        await stack.afterCommand(site);
      });
    }
    const facts = await this.#step("application", () => stack.complete(site, runtime, trees));
    const content = await this.#step("hash", () => this.#freeze(stack, runtime, trees.run, facts));
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

  async #runCommand(command: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
    const { folder, work, app, redact, runTimeNames } = this.#site;
    const { machine, signal, onOutput, onStep } = this.#workshop;
    onStep?.(`running ${redact(command.join(" "))}`);
    const logFile = join(work, "build.log");
    const keptLog = join(machine.artifacts, failedBuilds, `${this.#key}.log`);
    const { timeoutMs } = app.build;
    const run = { command, folder, env, timeoutMs, logFile, keptLog, runTimeNames, redact, onOutput };
    try {
      await runBuild(run, signal);
    } catch (error) {
      await mkdir(join(machine.artifacts, failedBuilds), { recursive: true });
      await rename(logFile, keptLog);
      throw error;
    }
  }

  async #freeze(
    stack: Stack,
    runtime: KeptRuntime,
    tree: KeptTree | undefined,
    { staticFolder, django }: StackFacts,
  ): Promise<ArtifactContent> {
    return {
      stack: this.#request.app.stack,
      platform: runtime.platform,
      runtime: runtime.id,
      tree: tree?.hash,
      django,
      staticFolder,
      files: await freezeFiles(this.#site.folder, stack.leftOut, this.#workshop.signal),
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
    await writeKept(join(this.#site.work, "manifest.json"), { ...manifest });
    await moveIn(machine, this.#site.work, id, now());
    return claimSource(machine, this.#key, id, now());
  }

  async #takeSbom(tree: KeptTree | undefined): Promise<boolean> {
    if (tree === undefined) return false;
    const to = join(this.#site.work, "sbom.json");
    return link(tree.sbom, to)
      .catch(() => copyFile(tree.sbom, to))
      .then(
        () => true,
        () => false,
      );
  }
}

function withoutSecrets(error: CozyError, redact: (line: string) => string): CozyError {
  return error.with({ message: redact(error.message), details: error.details.map(redact) });
}
