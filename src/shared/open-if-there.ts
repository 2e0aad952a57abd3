import { open, type FileHandle } from "node:fs/promises";
import { systemCode } from "./thrown.ts";

/** A file to read; `undefined` where there is none. */
export async function openIfThere(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
