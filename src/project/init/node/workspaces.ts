import type { Files } from "../files.ts";
import { type Package, readPackage } from "./package-file.ts";

/** A repository of several packages: which of them look like applications, and what cozy needs of one. */
export function workspaceSentence(files: Files, pkg: Package): string[] {
  if (!pkg.workspaces) return [];
  const found = applicationFolders(files);
  const which =
    found.length > 0
      ? `those that start something are ${found.join(", ")}`
      : "none of them has a `start` script";
  return [
    `One application: this is a workspace of several packages, which is not carried out yet; ${which}. Give the one that you mean a package-lock.json of its own, and run \`cozy init\` in its folder.`,
  ];
}

/** Folders, at most two deep, whose package.json starts something. */
export function applicationFolders(files: Files): string[] {
  const folders = (parent: string): string[] =>
    files
      .list(parent)
      .filter(({ name, isFolder }) => isFolder && name !== "node_modules" && !name.startsWith("."))
      .map(({ name }) => (parent === "" ? name : `${parent}/${name}`));
  return [...folders(""), ...folders("").flatMap(folders)]
    .filter((folder) => {
      const scripts = readPackage(files, `${folder}/package.json`)?.scripts ?? {};
      return scripts["start"] !== undefined || scripts["preview"] !== undefined;
    })
    .slice(0, 12);
}
