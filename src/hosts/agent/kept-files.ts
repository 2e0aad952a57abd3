import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { systemCode } from "../../errors/cozy-error.ts";
import { writeAtomically } from "../../shared/atomic-write.ts";
import type { EnvironmentPaths } from "../environment-paths.ts";

/** What an environment has once, as files that another host can be given: by names relative to its folder. */
export interface KeptFiles {
  list(): Promise<readonly string[]>;
  read(name: string): Promise<string>;
  /** Puts it in place whole, over one that is there. */
  write(name: string, text: string): Promise<void>;
}

/** Journals, evidence, questions and the values that were drawn once. Counts of `cozy scale` are on every host already. */
export function keptFiles(paths: EnvironmentPaths): KeptFiles {
  const folders = [paths.journals, paths.evidence, paths.canaries, paths.questions];
  const nameOf = (file: string) => relative(paths.root, file);
  const fileOf = (name: string): string => {
    const file = join(paths.root, name);
    const isOurs = file === paths.generated || folders.some((folder) => dirname(file) === folder);
    if (!isOurs || !isKept(file)) throw new Error(`${name} is nothing that an environment keeps`);
    return file;
  };
  return {
    async list() {
      const inFolders = await Promise.all(folders.map(filesIn));
      const generated = (await filesIn(paths.root)).filter((file) => file === paths.generated);
      return [...inFolders.flat(), ...generated].filter(isKept).map(nameOf).toSorted();
    },
    read: (name) => readFile(fileOf(name), "utf8"),
    async write(name, text) {
      const file = fileOf(name);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeAtomically(file, text);
    },
  };
}

/** Not what is being written, nor the room that journals keep aside. */
function isKept(file: string): boolean {
  return file.endsWith(".json") || file.endsWith(".jsonl");
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => join(folder, name));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  }
}
