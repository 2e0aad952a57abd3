import { CozyError } from "../errors/cozy-error.ts";
import { installNewest } from "../errors/install-newest.ts";
import { KeptFileFault } from "./kept-json.ts";

/** Does something with a schedule's kept files; one that can't be used is told as every kept file is. */
export async function explained<T>(action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof KeptFileFault ? asCozyError(error) : error;
  }
}

export function newerFile(file: string): CozyError {
  return new CozyError("kept-file-newer", {
    message: `${file} was written by a newer cozy.`,
    state: "The file was left as it is.",
    next: installNewest,
  });
}

function asCozyError({ kind, file, message }: KeptFileFault): CozyError {
  if (kind === "newer") return newerFile(file);
  return new CozyError("kept-file-damaged", {
    message: `${message}.`,
    state: "The file was left as it is.",
    next: `Look at ${file}; bring it back from a copy, or move it away.`,
  });
}
