import { staticOf, type Draft } from "./draft.ts";
import { type Fault, type Path, fault } from "./faults.ts";
import { folderPath } from "./normalise-parts.ts";

/** Folders of the application stay inside it, and what outlives releases is named once. */
export function folderFaults(draft: Draft): Fault[] {
  const { folder, persist } = draft.app ?? {};
  const files = staticOf(draft);
  return [
    ...(folder === undefined ? [] : inside(["app", "folder"], folder, "the project", true)),
    ...(typeof files?.folder !== "string"
      ? []
      : inside(["app", "static", "folder"], files.folder, "the application", false)),
    ...(persist ?? []).flatMap((one, i) => persisted(persist ?? [], one, i)),
  ];
}

function persisted(all: readonly string[], folder: string, index: number): Fault[] {
  const path = ["app", "persist", index];
  const outside = inside(path, folder, "the application", false);
  if (outside.length > 0) return outside;
  const mine = folderPath(folder);
  for (const earlier of all.slice(0, index).map(folderPath)) {
    if (earlier === mine) return [fault(path, `is "${folder}", which is in the list already`)];
    if (contains(earlier, mine))
      return [fault(path, `is "${folder}", which is inside "${earlier}" of the same list`)];
    if (contains(mine, earlier))
      return [fault(path, `is "${folder}", which holds "${earlier}" of the same list`)];
  }
  return [];
}

function inside(path: Path, folder: string, of: string, mayBeItself: boolean): Fault[] {
  if (folder.startsWith("/") || /^[A-Za-z]:/.test(folder) || folder.includes("\\")) {
    return [fault(path, `is "${folder}", but must be relative to ${of}, with "/" between its parts`)];
  }
  if (folder.split("/").includes(".."))
    return [fault(path, `is "${folder}", but must not lead out of ${of} with ".."`)];
  if (!mayBeItself && folderPath(folder) === ".")
    return [fault(path, `is "${folder}", but must be a folder inside ${of}`)];
  return [];
}

function contains(outer: string, inner: string): boolean {
  return inner.startsWith(`${outer}/`);
}
