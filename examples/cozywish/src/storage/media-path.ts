/** Where this site has pictures, or sends whoever looks for them there. */
export const MEDIA_PATH = "/media/";

/** A file's name as a part of an address. */
export function pathOf(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
