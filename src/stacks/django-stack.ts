import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { KeptRuntime, KeptTree, Trees } from "../artifacts/kept-runtime.ts";
import { readPythonDependencies } from "../artifacts/python-dependencies.ts";
import { keepPython } from "../artifacts/python-store.ts";
import { keepPythonTree } from "../artifacts/python-tree.ts";
import { runProgram } from "../artifacts/run-program.ts";
import { CozyError, systemCode } from "../errors/cozy-error.ts";
import { askDjangoScript } from "./ask-django.ts";
import { compileApplication, filesOf } from "./compile-application.ts";
import { commandsOf, djangoEnvironment, placeholdersIn, standInVariables } from "./django.ts";
import { djangoAnswer, type DjangoAnswer } from "./django-answer.ts";
import { noAnswer, refusal, type RefusalContext } from "./django-refusals.ts";
import { requirePrograms } from "./required-programs.ts";
import type { BuildSite, Stack } from "./stack.ts";

/** Packages by a requirements file or uv's lock file, laid as a virtual environment; the rest is asked of Django itself. */
export const djangoStack: Stack = {
  leftOut: [],

  async checkSource({ folder, commit }) {
    for (const name of [".venv", "venv", "env"]) {
      if (!(await isFile(join(folder, name, "pyvenv.cfg")))) continue;
      throw new CozyError("modules-in-source", {
        message: `Commit ${commit.slice(0, 7)} holds ${name}, a virtual environment; packages come from the requirements.`,
        state: "Nothing was built.",
        next: `git rm -r --cached ${name} && echo ${name} >> .gitignore && git commit -a`,
      });
    }
  },

  keepRuntime: ({ choice, workshop }) => keepPython(choice, workshop),

  async keepTrees(site, runtime) {
    const { app, folder, secrets, workshop } = site;
    const dependencies = await readPythonDependencies(folder, app.django?.requirements);
    if (!dependencies.hashed) {
      workshop.onStep?.(
        `not every package of ${dependencies.file} has a hash: one that was changed in the index would not be noticed`,
      );
    }
    const variables = { ...app.build.variables, ...secrets };
    const request = { folder, dependencies, runtime, variables, timeoutMs: app.build.timeoutMs };
    const tree = await keepPythonTree(request, workshop);
    return { build: undefined, run: tree };
  },

  async beforeCommand(site, runtime, trees) {
    return environmentOf(site, runtime, treeOf(trees), site.app.build.variables);
  },

  async afterCommand() {},

  async complete(site, runtime, trees) {
    const tree = treeOf(trees);
    await requirePrograms(site.app, tree, runtime);
    const { folder, app, workshop } = site;
    const asked = join(site.work, "asked");
    await mkdir(asked);
    // A release finds them, and some settings open a file in one as soon as they are read.
    for (const kept of app.persist) await mkdir(join(folder, kept), { recursive: true });
    const python = join(tree.folder, "bin", "python");
    const files = await filesOf(folder);
    workshop.onStep?.("asking Django for its settings, its migrations and its static files");
    const compile = { folder, files, work: asked, python, timeoutMs: app.build.timeoutMs };
    // Two processes at once; neither may go on when the build has ended.
    const [compiled, answer] = await Promise.allSettled([
      compileApplication(compile, workshop.signal),
      ask(site, asked, runtime, tree),
    ]);
    await rm(asked, { recursive: true });
    if (answer.status === "rejected") throw answer.reason;
    if (compiled.status === "rejected") throw compiled.reason;
    const { facts, staticFolder, lost } = answer.value;
    await removeStrays(site, files, staticFolder);
    warnOfLoss(site, lost);
    return { staticFolder, django: facts };
  },
};

async function ask(
  site: BuildSite,
  asked: string,
  runtime: KeptRuntime,
  tree: KeptTree,
): Promise<DjangoAnswer & { readonly ok: true }> {
  const { app, folder, workshop } = site;
  // Addresses as a release has them, of a file and a folder that are gone when Django has answered.
  const places = {
    database: `sqlite:///${join(asked, "database.sqlite")}`,
    media: `file://${encodeURI(join(asked, "media"))}`,
  };
  const standIns = standInVariables(app, places, site.addressNames);
  const [script, question, answerFile] = [
    join(asked, "ask.py"),
    join(asked, "ask.json"),
    join(asked, "answer.json"),
  ];
  const request = {
    settings: app.django?.settings ?? null,
    checkMigrations: app.django?.checkMigrations ?? true,
    collectStatic: app.django?.collectStatic ?? true,
    staticUrl: app.static?.url,
    needed: [...placeholdersIn(commandsOf(app))].filter((name) => name !== "settings"),
  };
  await Promise.all([writeFile(script, askDjangoScript), writeFile(question, JSON.stringify(request))]);
  const env = environmentOf(site, runtime, tree, { ...standIns, ...app.build.variables });
  const command = [join(tree.folder, "bin", "python"), script, question, answerFile];
  const onLine = workshop.onOutput ?? (() => undefined);
  const result = await runProgram(
    { command, folder, env, timeoutMs: app.build.timeoutMs, onLine },
    workshop.signal,
  );
  const context: RefusalContext = {
    app,
    runTimeNames: [...new Set([...site.runTimeNames, ...Object.keys(standIns)])],
    standIns: Object.keys(standIns),
    printed: result.tail,
    requirements: app.django?.requirements ?? "the requirements",
  };
  const text = await readFile(answerFile, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  const answer = text === undefined ? undefined : djangoAnswer(text);
  if (answer === undefined) throw noAnswer(howItEnded(result), context);
  if (!answer.ok) throw refusal(answer.refused, context);
  return answer;
}

function howItEnded({
  timedOut,
  exitCode,
  signal,
}: {
  timedOut: boolean;
  exitCode: number | undefined;
  signal: string | undefined;
}): string {
  return timedOut ? "it did not answer in time" : `it ended with ${exitCode ?? signal} before it answered`;
}

function environmentOf(
  { secrets, workshop: { env } }: BuildSite,
  runtime: KeptRuntime,
  tree: KeptTree,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  return djangoEnvironment({
    treeFolder: tree.folder,
    runtimeBin: runtime.bin,
    os: runtime.platform.os,
    home: env["HOME"] ?? "/",
    temp: env["TMPDIR"] ?? "/tmp",
    variables,
    secrets,
  });
}

/** What settings write while they are only asked, such as a log file, is no part of a build. */
async function removeStrays(
  { folder, workshop }: BuildSite,
  before: readonly string[],
  staticFolder: string | undefined,
): Promise<void> {
  const known = new Set(before);
  const strays = (await filesOf(folder)).filter(
    (path) => !known.has(path) && !/(^|\/)__pycache__\//.test(path) && !isWithin(path, staticFolder),
  );
  if (strays.length === 0) return;
  await Promise.all(strays.map((path) => rm(join(folder, path), { force: true })));
  workshop.onStep?.(`left out what the settings wrote when they were read: ${strays.slice(0, 3).join(", ")}`);
}

function warnOfLoss({ app, workshop }: BuildSite, lost: (DjangoAnswer & { ok: true })["lost"]): void {
  for (const { what, path } of lost) {
    if (app.persist.some((folder) => isWithin(path, folder))) continue;
    workshop.onStep?.(
      `${what} is ${path}, within the release: the next release begins without it; name its folder in persist, or read its place from the environment`,
    );
  }
}

function isWithin(path: string, folder: string | undefined): boolean {
  const tidy = folder?.replace(/\/$/, "");
  return tidy !== undefined && (path === tidy || path.startsWith(`${tidy}/`));
}

function treeOf({ run }: Trees): KeptTree {
  if (run === undefined) throw new Error("a Django application has packages");
  return run;
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
