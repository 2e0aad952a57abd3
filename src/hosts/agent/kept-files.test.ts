import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { environmentPaths, machinePaths } from "../environment-paths.ts";
import { keptFiles } from "./kept-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-kept-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

function pathsOn(host: string) {
  return environmentPaths(machinePaths({ COZY_HOME: join(folder, host) }, folder), "tiny", "staging");
}

it("brings what an environment has once from one host to another, byte by byte, also twice", async () => {
  const [from, to] = [pathsOn("a"), pathsOn("b")];
  for (const one of [from.journals, from.evidence, from.canaries]) await mkdir(one, { recursive: true });
  const cutOff = '{"format":1}\n{"event":"started"}\n{"eve';
  await writeFile(join(from.journals, "1-deploy.jsonl"), cutOff);
  await writeFile(join(from.journals, "ballast"), "room");
  await writeFile(join(from.journals, "2-deploy.jsonl.new"), "half");
  await writeFile(join(from.evidence, "rto.jsonl"), "{}\n");
  await writeFile(from.generated, '{"values":{}}');
  await writeFile(join(from.root, "scale.json"), "{}");
  const [old, young] = [keptFiles(from), keptFiles(to)];
  const names = await old.list();
  expect(names).toEqual(["evidence/rto.jsonl", "generated.json", "journals/1-deploy.jsonl"]);
  for (const _ of ["once", "twice"]) for (const name of names) await young.write(name, await old.read(name));
  expect(await young.list()).toEqual(names);
  expect(await readFile(join(to.journals, "1-deploy.jsonl"), "utf8")).toBe(cutOff);
  expect((await stat(to.generated)).mode & 0o777).toBe(0o600);
});

it.each([
  "../other/journals/x.jsonl",
  "current/x.json",
  "journals/../lease/lease.json",
  "journals/a/b.jsonl",
  "lease/fence",
])("has nothing to do with %s", async (name) => {
  const files = keptFiles(pathsOn("a"));
  await expect(async () => files.write(name, "x")).rejects.toThrow("nothing that an environment keeps");
  await expect(async () => files.read(name)).rejects.toThrow("nothing that an environment keeps");
});
