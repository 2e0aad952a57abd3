import type { Found } from "./findings.ts";

/** The project's name, from the application's own or its folder's. */
export function findName(own: Found<string> | undefined, folderName: string): Found<string> {
  const { value: from, where } = own ?? { value: folderName, where: "the folder's name" };
  const name = from
    .replace(/^@[^/]*\//, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 32)
    .replace(/-+$/, "");
  return { value: name || "app", where };
}
