import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

export type StaticFiles = {
  folder: string;
  /** Whether names change with contents, so that a file may be cached for good. */
  fingerprinted: boolean;
  /** The address of a file by the name that it has in static/. */
  url(name: string): string;
};

const root = path.resolve(import.meta.dirname, "../..");
export const sourceFolder = path.join(root, "static");
export const builtFolder = path.join(root, "dist/static");
export const manifestFile = path.join(root, "dist/static-manifest.json");

/** What `npm run build` leaves: which file has become which. */
const manifestSchema = z.object({ format: z.literal(1), files: z.record(z.string(), z.string()) });

export type StaticManifest = z.infer<typeof manifestSchema>;

/** The built files where there is a manifest of them, else the originals. */
export function openStaticFiles(staticUrl: string, manifest: StaticManifest | undefined): StaticFiles {
  if (!manifest) return { folder: sourceFolder, fingerprinted: false, url: (name) => staticUrl + name };
  return {
    folder: builtFolder,
    fingerprinted: true,
    url: (name) => {
      const built = manifest.files[name];
      if (built === undefined) throw new Error(`static/${name} is not in the build; run npm run build again`);
      return staticUrl + built;
    },
  };
}

/** @returns undefined where nothing has been built */
export function readStaticManifest(): StaticManifest | undefined {
  let text: string;
  try {
    text = readFileSync(manifestFile, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return manifestSchema.parse(JSON.parse(text));
}
