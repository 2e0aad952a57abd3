import { readFile } from "node:fs/promises";
import { CozyError, systemCode } from "../errors/cozy-error.ts";

/** The code of an agent as this package brings it. Throws `agents-missing` where the package is not whole. */
export async function shippedCode(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new CozyError("agents-missing", {
      message: `${file} is not there.`,
      state: "Nothing was changed.",
      next: "Install cozy anew (npm install), or in its own repository: npm run build",
      cause: error,
    });
  }
}
