import { link, readFile, rm, writeFile } from "node:fs/promises";
import { systemCode } from "../errors/cozy-error.ts";

/** The headers of a proof; the proxy takes all of them off what clients send. */
export const proofHeaders = {
  token: "x-cozy-proof",
  bucket: "x-cozy-bucket",
  release: "x-cozy-release",
  instance: "x-cozy-instance",
  table: "x-cozy-table",
} as const;

/** Reads the token, or draws one when there is none yet; two callers at once get the same. */
export async function ensureProofToken(file: string): Promise<string> {
  const { randomBytes } = process.getBuiltinModule("node:crypto");
  const drawn = randomBytes(32).toString("base64url");
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    return await readProofToken(file);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  }
  await writeFile(temporary, drawn, { mode: 0o600 });
  try {
    await link(temporary, file);
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  return await readProofToken(file);
}

export async function readProofToken(file: string): Promise<string> {
  return (await readFile(file, "utf8")).trim();
}
