import { type Dirent, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The files of an application, as far as `cozy init` looks at them; paths are relative to its folder. */
export interface Files {
  /** The text of a file; `undefined` where there is none that can be read. */
  read(path: string): string | undefined;
  /** What a folder holds, by name; nothing where there is none. */
  list(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[];
}

export function filesIn(root: string): Files {
  return {
    read: (path) => {
      try {
        return readFileSync(join(root, path), "utf8");
      } catch {
        return undefined;
      }
    },
    list: (folder) =>
      entries(join(root, folder)).map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() })),
  };
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

export function hasFolder(files: Files, path: string): boolean {
  const parts = path.split("/");
  const name = parts.at(-1);
  return files.list(parts.slice(0, -1).join("/")).some((entry) => entry.isFolder && entry.name === name);
}

const skipped =
  /^(node_modules|dist|build|coverage|tests?|__tests__|public|static|assets|examples?|docs?|venv|env|__pycache__|site-packages|\..*)$/;

/** Which files are sources, by their names. */
export const sourceNames = {
  node: (name: string): boolean => /\.[cm]?[jt]sx?$/.test(name) && !/\.(test|spec|config|d)\./.test(name),
  python: (name: string): boolean =>
    name.endsWith(".py") && !/^(test_.*|.*_tests?|tests?|conftest)\.py$/.test(name),
} as const;

/** The source files of the application, without its tests and without what others wrote; at most `most`. */
export function sourceFiles(files: Files, isSource: (name: string) => boolean, most = 400): string[] {
  const found: string[] = [];
  const visit = (folder: string): void => {
    for (const { name, isFolder } of files.list(folder)) {
      if (found.length >= most) return;
      const path = folder === "" ? name : `${folder}/${name}`;
      if (isFolder) {
        if (!skipped.test(name)) visit(path);
      } else if (isSource(name)) found.push(path);
    }
  };
  visit("");
  return found;
}

/** A source file with its text. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

export function readSources(files: Files, isSource: (name: string) => boolean): Source[] {
  return sourceFiles(files, isSource).map((path) => ({ path, text: files.read(path) ?? "" }));
}

/** The first of these files that is there. */
export function firstThere(files: Files, paths: readonly string[]): string | undefined {
  return paths.find((path) => files.read(path) !== undefined);
}
