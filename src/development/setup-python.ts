import { join, relative } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { findProgram } from "./find-program.ts";
import { findPython } from "./find-python.ts";
import { venvPython } from "./platform.ts";
import { requirementsOf } from "./python-dependencies.ts";
import type { Requirements } from "./requirements.ts";
import { lookAtRuntime } from "./runtime-fact.ts";
import { type StepPorts, type StepResult, runInStep, took } from "./setup-step.ts";
import { uvEnvironment } from "../artifacts/program-environment.ts";
import { readStamp, writeStamp } from "./venv-stamp.ts";
import type { Workplace } from "./workplace.ts";

const step = "dependencies";

/** A virtual environment with what the requirements say: by uv where it is on the PATH, else by Python's own means. */
export async function installPackages(place: Workplace, ports: StepPorts): Promise<StepResult> {
  const requirements = await requirementsOf(place);
  if (requirements.kind === "not-locked") throw notLocked(place, requirements);
  const { fits } = await lookAtRuntime(place);
  const stamp = place.venv === undefined ? undefined : await readStamp(place.venv);
  if (place.venv !== undefined && fits && stamp?.requirements === requirements.hash) {
    const shown = relative(place.folder, place.venv) || place.venv;
    return { outcome: "up-to-date", detail: `${shown} is as ${requirements.files.join(", ")} says` };
  }
  // One that was made by hand may hold what nobody could bring back.
  if (place.venv !== undefined && !fits && stamp === undefined) throw foreignVenv(place, place.venv);

  const venv = place.venv ?? join(place.folder, ".venv");
  const uv = await findProgram("uv", place.env, place.platform);
  const since = performance.now();
  const isNew = place.venv === undefined || !fits;
  await (uv === undefined
    ? withPip(requirements, venv, isNew, place, ports)
    : withUv(requirements, venv, isNew, place, ports));
  await writeStamp(venv, requirements.hash);
  const shown = relative(place.folder, venv) || venv;
  const by = uv === undefined ? "pip" : "uv";
  return {
    outcome: "done",
    detail: `${by} installed ${requirements.files.join(", ")} into ${shown} ${took(performance.now() - since)}`,
  };
}

type Locked = Exclude<Requirements, { kind: "not-locked" }>;

async function withUv(
  requirements: Locked,
  venv: string,
  isNew: boolean,
  place: Workplace,
  ports: StepPorts,
): Promise<void> {
  const { VIRTUAL_ENV: _, ...env } = place.env;
  const there = {
    folder: place.folder,
    env: { ...env, ...uvEnvironment(env), UV_PROJECT_ENVIRONMENT: venv },
  };
  if (isNew) {
    const make = ["uv", "venv", "--quiet", "--clear", "--seed", "--python", place.app.runtime.version, venv];
    await runInStep(step, make, there, ports);
  }
  const install =
    requirements.kind === "uv-lock"
      ? ["uv", "sync", "--frozen"]
      : [
          "uv",
          "pip",
          "install",
          "--python",
          venvPython(venv, place.platform),
          ...asOptions(requirements.install),
        ];
  await runInStep(step, install, there, ports);
}

async function withPip(
  requirements: Locked,
  venv: string,
  isNew: boolean,
  place: Workplace,
  ports: StepPorts,
): Promise<void> {
  if (requirements.kind === "uv-lock") {
    throw new CozyError("setup-not-possible", {
      message: "The packages are locked by uv.lock, and uv is not on the PATH.",
      state: "Nothing was installed.",
      next: "python -m pip install --user uv",
    });
  }
  if (isNew) await runInStep(step, [await findPython(place), "-m", "venv", "--clear", venv], place, ports);
  const pip = [
    venvPython(venv, place.platform),
    "-m",
    "pip",
    "--disable-pip-version-check",
    "--no-input",
    "install",
  ];
  await runInStep(step, [...pip, "--quiet", ...asOptions(requirements.install)], place, ports);
}

function asOptions(files: readonly string[]): string[] {
  return files.flatMap((file) => ["-r", file]);
}

function notLocked(
  place: Workplace,
  { what, next }: Extract<Requirements, { kind: "not-locked" }>,
): CozyError {
  return new CozyError("setup-not-possible", {
    message: `The packages of ${place.folder} can't be installed by cozy: ${what}.`,
    state: "Nothing was installed.",
    next,
  });
}

function foreignVenv(place: Workplace, venv: string): CozyError {
  const shown = relative(place.folder, venv) || venv;
  const { version, source } = place.app.runtime;
  return new CozyError("setup-not-possible", {
    message: `${shown} is of another Python than ${version} (${source}), and it was not made by cozy.`,
    state: `${shown} is as it was.`,
    next: `Move ${shown} away, then: cozy dev --setup`,
  });
}
