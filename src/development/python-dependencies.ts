import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { DependenciesFact } from "./node-dependencies.ts";
import { type Requirements, findRequirements } from "./requirements.ts";
import { readStamp } from "./venv-stamp.ts";
import { type Workplace, isThere } from "./workplace.ts";

/** The virtual environment against the requirements. One that was made by hand only has to hold Django. */
export async function lookAtPackages(place: Workplace): Promise<DependenciesFact> {
  const { venv, folder } = place;
  if (venv === undefined) {
    const requirements = await requirementsOf(place);
    if (requirements.kind === "not-locked") return { state: "not-locked", ...requirements };
    return { state: "missing", what: "there is no virtual environment (.venv)" };
  }
  const shown = relative(folder, venv) || venv;
  const stamp = await readStamp(venv);
  if (stamp === undefined) {
    if (await hasDjango(venv)) return { state: "fine" };
    return { state: "missing", what: `${shown} has no Django in it` };
  }
  const requirements = await requirementsOf(place);
  if (requirements.kind === "not-locked" || requirements.hash === stamp.requirements)
    return { state: "fine" };
  return { state: "stale", what: `${requirements.files.join(", ")} changed since ${shown} was installed` };
}

export async function requirementsOf({ folder, app }: Workplace): Promise<Requirements> {
  const read = (file: string) => readFile(join(folder, file), "utf8").catch(() => undefined);
  return findRequirements(read, app.django?.requirements);
}

async function hasDjango(venv: string): Promise<boolean> {
  const libraries = join(venv, "lib");
  const versions = (await readdir(libraries).catch(() => [])).map((name) =>
    join(libraries, name, "site-packages"),
  );
  const folders = [...versions, join(venv, "Lib", "site-packages")];
  return (await Promise.all(folders.map((folder) => isThere(join(folder, "django"))))).includes(true);
}
