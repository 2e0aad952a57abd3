import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";

export const MEDIA_PATH = "/media/";

/** Where a page finds a picture. */
export function mediaUrl(file: string): string {
  return MEDIA_PATH + file.split("/").map(encodeURIComponent).join("/");
}

/** Written beside and renamed, so that nobody is ever sent half a picture. */
export async function saveMedia(folder: string, file: string, content: string | Uint8Array): Promise<void> {
  const target = path.join(folder, file);
  await mkdir(path.dirname(target), { recursive: true });
  const draft = `${target}.${randomUUID()}.draft`;
  await writeFile(draft, content);
  await rename(draft, target);
}

/** @throws where a file can't be written to the media folder */
export async function proveMediaIsWritable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const probe = path.join(folder, `.probe-${randomUUID()}`);
  await writeFile(probe, "");
  await rm(probe);
}
