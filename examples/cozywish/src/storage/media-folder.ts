import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { MEDIA_PATH, pathOf } from "./media-path.ts";
import type { Media } from "./media.ts";

export function openMediaFolder(folder: string): Media {
  return {
    url: (file) => MEDIA_PATH + pathOf(file),
    origin: undefined,
    folder,
    save: async (file, content) => {
      const target = path.join(folder, file);
      await mkdir(path.dirname(target), { recursive: true });
      // Written beside and renamed, so that nobody is ever sent half a picture.
      const draft = `${target}.${randomUUID()}.draft`;
      await writeFile(draft, content);
      await rename(draft, target);
    },
    has: (file) =>
      stat(path.join(folder, file)).then(
        () => true,
        () => false,
      ),
    prove: async () => {
      await mkdir(folder, { recursive: true });
      const probe = path.join(folder, `.probe-${randomUUID()}`);
      await writeFile(probe, "");
      await rm(probe);
    },
  };
}
