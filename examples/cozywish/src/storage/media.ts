import type { MediaAddress } from "../settings/media-url.ts";
import { openMediaBucket } from "./media-bucket.ts";
import { openMediaFolder } from "./media-folder.ts";

/** Where pictures are kept. */
export type Media = {
  /** Where a page finds a picture. */
  url: (file: string) => string;
  /** What a page must be allowed to load pictures from, if that is not our own site. */
  origin: string | undefined;
  /** The folder whose files are ours to send; undefined where they aren't on this machine. */
  folder: string | undefined;
  /** All of the file or nothing, also for whoever reads it meanwhile. */
  save: (file: string, content: string) => Promise<void>;
  has: (file: string) => Promise<boolean>;
  /** @throws where a picture could not be kept now */
  prove: () => Promise<void>;
};

/** What speaks to a bucket is loaded by the first one to need it, which no page does. */
export function openMedia(address: MediaAddress): Media {
  return address.kind === "disk" ? openMediaFolder(address.folder) : openMediaBucket(address);
}
