import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { shareFile } from "../../shared/shared-folder.ts";

/**
 * Makes the file of an SQLite database where there is none. The application and the deployer, who backs it up, are two users: SQLite makes
 * a new file readable for the group at best, and everything that it puts beside a file gets that file's rights.
 */
export async function makeDatabaseFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const handle = await open(file, "a", 0o660);
  await handle.close();
  shareFile(file);
}
