import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { diskFull, hasNoRoom } from "./disk-full.ts";
import { finishTreeScript } from "./finish-tree-script.ts";
import { indexIsSilent } from "./index-answers.ts";
import { keepTreeOf, treeAt } from "./kept-tree.ts";
import type { KeptRuntime, KeptTree } from "./kept-runtime.ts";
import { programEnvironment, uvEnvironment } from "./program-environment.ts";
import { findInstaller, type PythonInstaller } from "./python-installer.ts";
import { pythonTreeHash, type PythonDependencies } from "./python-dependencies.ts";
import { runProgram } from "./run-program.ts";
import type { Workshop } from "./workshop.ts";

export interface PythonTreeRequest {
  /** The application's folder, checked out. */
  readonly folder: string;
  readonly dependencies: PythonDependencies;
  readonly runtime: KeptRuntime;
  /** Values for the `${NAME}`s in requirements files: the build's variables and secrets. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A virtual environment with the locked packages, installed unless it is there; with the tree there, no network is asked. */
export async function keepPythonTree(request: PythonTreeRequest, workshop: Workshop): Promise<KeptTree> {
  const { dependencies, runtime } = request;
  const hash = pythonTreeHash(dependencies, runtime);
  const install = (temp: string): Promise<void> =>
    installInto(request, temp, treeAt(workshop.machine, hash).folder, workshop);
  return keepTreeOf({ hash, kind: "run", runtime, install }, workshop);
}

async function installInto(
  request: PythonTreeRequest,
  temp: string,
  place: string,
  workshop: Workshop,
): Promise<void> {
  const installer = await findInstaller(workshop);
  workshop.onStep?.(`installing the packages of ${request.dependencies.file} with ${installer.kind}`);
  const python = pythonOf(request.runtime);
  const env = {
    ...(installer.kind === "uv" ? uvEnvironment(workshop.env) : programEnvironment(workshop.env)),
    ...namedIn(request.dependencies, request.variables),
  };
  if (installer.kind === "uv") {
    const make = [installer.program, "venv", "--no-project", "--no-config", "--python", python, temp];
    await run(request, make, dirname(temp), env, workshop);
  } else {
    await run(request, [python, "-I", "-m", "venv", "--without-pip", temp], dirname(temp), env, workshop);
  }
  const command = await installCommand(request, installer, temp, env);
  await run(request, command, temp, env, workshop);
  await finish(request, temp, place, workshop);
}

async function installCommand(
  { folder, dependencies, runtime }: PythonTreeRequest,
  installer: PythonInstaller,
  temp: string,
  env: Record<string, string>,
): Promise<string[]> {
  const python = join(temp, "bin", "python");
  if (dependencies.kind === "requirements") {
    const what = [
      ...(dependencies.hashed ? ["--require-hashes"] : []),
      "--requirement",
      join(folder, dependencies.file),
    ];
    return installer.kind === "uv"
      ? [installer.program, "pip", "install", "--python", python, ...what]
      : [
          installer.python,
          "-m",
          "pip",
          "--python",
          python,
          "install",
          "--no-input",
          "--no-compile",
          ...quietly,
          ...what,
        ];
  }
  if (installer.kind === "pip") throw uvNeeded(dependencies.file);
  const project = join(temp, "project");
  await mkdir(project);
  for (const [name, text] of Object.entries(dependencies.files))
    await writeFile(join(project, basename(name)), text);
  env["UV_PROJECT_ENVIRONMENT"] = temp;
  const only = ["--frozen", "--no-dev", "--no-install-project", "--no-editable"];
  return [installer.program, "sync", ...only, "--python", pythonOf(runtime), "--project", project];
}

function pythonOf({ bin }: KeptRuntime): string {
  return join(bin, "python3");
}

const quietly = [
  "--disable-pip-version-check",
  "--no-warn-script-location",
  "--progress-bar=off",
  "--retries=2",
];

async function finish(
  { runtime, timeoutMs }: PythonTreeRequest,
  temp: string,
  place: string,
  { signal }: Workshop,
): Promise<void> {
  await rm(join(temp, "project"), { recursive: true, force: true });
  const script = join(temp, "finish.py");
  await writeFile(script, finishTreeScript);
  const command = [join(temp, "bin", "python"), "-I", "-B", script, temp, place];
  const env = { LANG: "C.UTF-8", PYTHONHASHSEED: "0" };
  const result = await runProgram({ command, folder: temp, env, timeoutMs }, signal);
  await rm(script);
  if (result.exitCode === 0) return;
  if (await hasNoRoom(dirname(temp), 1024 * 1024)) throw diskFull(dirname(temp), undefined);
  throw new CozyError("dependencies-failed", {
    message: `The installed packages could not be compiled by Python ${runtime.version}: it ended with ${result.exitCode ?? result.signal}.`,
    state: "Nothing was built; the dependency trees that were there are as they were.",
    next: "Run the same command again.",
    details: result.tail.slice(-20),
  });
}

async function run(
  request: PythonTreeRequest,
  command: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>>,
  { signal, onOutput, machine }: Workshop,
): Promise<void> {
  const onLine = onOutput;
  const { timeoutMs, dependencies, runtime } = request;
  const result = await runProgram({ command, folder, env, timeoutMs, ...(onLine && { onLine }) }, signal);
  if (result.exitCode === 0) return;
  if (await hasNoRoom(machine.trees, 1024 * 1024)) throw diskFull(machine.trees, undefined);
  const details = result.tail.slice(-25);
  const silent = await indexIsSilent(env, signal);
  if (silent !== undefined) {
    throw new CozyError("registry-unreachable", {
      message: `The packages of ${dependencies.file} could not be installed: the package index ${silent} does not answer.`,
      state: "Nothing was changed.",
      next: "Run the same command again when the network is back.",
      details,
    });
  }
  const program = [basename(command[0] ?? ""), ...command.slice(1)]
    .filter((word) => !word.includes("/"))
    .join(" ");
  const how = result.timedOut
    ? `did not end within ${Math.round(timeoutMs / 1000)} s`
    : `ended with ${result.exitCode ?? result.signal}`;
  const minor = runtime.version.split(".", 2).join(".");
  throw new CozyError("dependencies-failed", {
    message: `The packages of ${dependencies.file} could not be installed for Python ${runtime.version}: ${program} ${how}.`,
    state: "Nothing was built; the dependency trees that were there are as they were.",
    next:
      dependencies.kind === "uv-lock"
        ? "See it fail in the application's folder: uv sync --frozen --no-dev --dry-run; where uv.lock is behind pyproject.toml: uv lock && git commit -a"
        : `See it fail in the application's folder: uv pip compile --python-version ${minor} ${dependencies.file} --output-file - ; then correct ${dependencies.file} and commit it.`,
    details,
  });
}

function uvNeeded(file: string): CozyError {
  return new CozyError("installer-missing", {
    message: `${file} is installed by uv, which is not on this machine and could not be fetched from the package index.`,
    state: "Nothing was built.",
    next: "pip install uv (or see https://docs.astral.sh/uv), then run the command again.",
  });
}

/** Of the build's variables and secrets only those that the files ask for: build scripts of packages see them too. */
function namedIn(
  { files }: PythonDependencies,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const text = Object.values(files).join("\n");
  const names = [...text.matchAll(/\$\{([A-Z_][A-Z0-9_]*)\}/g)].map(([, name = ""]) => name);
  return Object.fromEntries(
    names.flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])),
  );
}
