import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { StaticManifest } from "../web/static-files.ts";

export type StaticBuild = { sourceFolder: string; builtFolder: string; manifestFile: string };

/**
 * Copies every file to a name with its fingerprint. The same contents always get the same name, so a page of the
 * release before finds its files for as long as they are kept.
 */
export async function buildStatic({
  sourceFolder,
  builtFolder,
  manifestFile,
}: StaticBuild): Promise<StaticManifest> {
  const files: Record<string, string> = {};
  await rm(builtFolder, { recursive: true, force: true });
  await mkdir(builtFolder, { recursive: true });
  const put = async (name: string, content: Buffer | string) => {
    files[name] = fingerprinted(name, content);
    await writeFile(path.join(builtFolder, files[name]), content);
  };

  const names = (await readdir(sourceFolder)).filter((name) => !name.startsWith(".")).sort();
  const isStyle = (name: string) => name.endsWith(".css");
  for (const name of names.filter((name) => !isStyle(name))) {
    await put(name, await readFile(path.join(sourceFolder, name)));
  }
  // Styles come last: what they refer to is in their contents, and so in their fingerprints.
  for (const name of names.filter(isStyle)) {
    await put(name, rewriteReferences(name, await readFile(path.join(sourceFolder, name), "utf8"), files));
  }

  const manifest: StaticManifest = { format: 1, files };
  await writeFile(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** `app.css` becomes `app.3f2a9c01d4.css`. */
function fingerprinted(name: string, content: Buffer | string): string {
  const { name: stem, ext } = path.parse(name);
  return `${stem}.${createHash("sha256").update(content).digest("hex").slice(0, 10)}${ext}`;
}

/**
 * Replaces each `url(...)` by the built name. Other sites, `data:` and `#fragments` stay as they are.
 * @throws where a style refers to a file that isn't there
 */
export function rewriteReferences(
  name: string,
  css: string,
  files: Readonly<Record<string, string>>,
): string {
  return css.replace(/url\(\s*(["']?)([^"')]+)\1\s*\)/g, (whole, quote: string, reference: string) => {
    if (/^([a-z][a-z0-9+.-]*:|\/|#)/i.test(reference)) return whole;
    const [, file = "", rest = ""] = /^(?:\.\/)?([^?#]*)(.*)$/.exec(reference) ?? [];
    const built = files[file];
    if (built === undefined)
      throw new Error(`static/${name} refers to ${reference}, which is not in static/`);
    return `url(${quote}${built}${rest}${quote})`;
  });
}
