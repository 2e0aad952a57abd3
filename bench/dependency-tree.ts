/**
 * What keeping a Python and installing the packages of CozyWish in Django takes, from nothing and when it is there:
 * `node bench/dependency-tree.ts`. Packages come over the network, so the first figures depend on it.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readPythonDependencies } from "../src/artifacts/python-dependencies.ts";
import { findInstaller } from "../src/artifacts/python-installer.ts";
import { keepPython } from "../src/artifacts/python-store.ts";
import { keepPythonTree } from "../src/artifacts/python-tree.ts";
import { chooseRuntime } from "../src/artifacts/runtime.ts";
import { machinePaths } from "../src/hosts/environment-paths.ts";
import { median, printTable } from "./statistics.ts";

const folder = fileURLToPath(new URL("../examples/cozywish-django", import.meta.url));
const version = (await readFile(join(folder, ".python-version"), "utf8")).trim();
const request = { engine: "python", version, source: ".python-version" } as const;
const root = await mkdtemp(join(tmpdir(), "cozy-bench-"));
const workshop = {
  machine: machinePaths({ COZY_HOME: join(root, "home") }, "/"),
  env: { ...process.env, UV_CACHE_DIR: join(root, "cache") },
  now: Date.now,
  signal: AbortSignal.timeout(600_000),
};

try {
  const runtimeCold = await timed(async () => keepPython(await chooseRuntime(request, workshop), workshop));
  const runtime = await keepPython(await chooseRuntime(request, workshop), workshop);
  const installer = await timed(() => findInstaller(workshop));
  const tree = async () => {
    const dependencies = await readPythonDependencies(folder, undefined);
    return keepPythonTree({ folder, dependencies, runtime, variables: {}, timeoutMs: 300_000 }, workshop);
  };
  const cold = await timed(tree);
  const { sbom } = await tree();
  const { components } = JSON.parse(await readFile(sbom, "utf8")) as { components: unknown[] };
  const cached = await repeated(3, async () => {
    await rm(workshop.machine.trees, { recursive: true });
    return timed(tree);
  });
  const warm = await repeated(20, () => timed(tree));
  const runtimeWarm = await repeated(20, () =>
    timed(async () => keepPython(await chooseRuntime(request, workshop), workshop)),
  );
  printTable(`Python ${runtime.version} and the ${components.length} packages of CozyWish in Django`, [
    ["Python found and copied, once for each version", seconds(runtimeCold)],
    ["Python that is kept", ms(runtimeWarm)],
    ["installer found or fetched, once", seconds(installer)],
    ["tree installed and compiled, packages from the network", seconds(cold)],
    ["tree installed and compiled, packages downloaded before", seconds(cached)],
    ["tree that is there", ms(warm)],
  ]);
} finally {
  await rm(root, { recursive: true, force: true });
}

async function repeated(times: number, work: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let round = 0; round < times; round += 1) values.push(await work());
  return median(values);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function seconds(value: number): string {
  return `${(value / 1000).toFixed(1)} s`;
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
