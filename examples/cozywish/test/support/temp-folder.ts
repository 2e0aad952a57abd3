import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";

/** A folder that is gone after the tests of the file. Its name is short: a unix socket's path has little room. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "cw-"));
  after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
