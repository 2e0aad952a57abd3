import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, globSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where PostgreSQL's own programs are, if they are here. */
export function postgresBinaries(): string | undefined {
  return globSync("/usr/lib/postgresql/*/bin").findLast((folder) => existsSync(join(folder, "initdb")));
}

/** A server of its own, whose superuser `ada` has this password, on a unix socket in this folder only. */
export async function startPostgres(
  from: string,
  folder: string,
  password: string,
  settings: readonly string[] = [],
): Promise<ChildProcess> {
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {};
  const secret = join(folder, "password");
  await writeFile(secret, password);
  if (user.uid !== undefined) for (const path of [folder, secret]) chownSync(path, user.uid, user.gid);
  const data = join(folder, "data");
  const login = ["-A", "scram-sha-256", "-U", "ada", `--pwfile=${secret}`];
  execFileSync(join(from, "initdb"), ["-D", data, ...login, "--no-sync"], {
    ...user,
    cwd: folder,
    stdio: "ignore",
  });
  return spawn(
    join(from, "postgres"),
    [
      "-D",
      data,
      "-k",
      folder,
      "-c",
      "listen_addresses=",
      "-c",
      "fsync=off",
      ...settings.flatMap((one) => ["-c", one]),
    ],
    {
      ...user,
      cwd: folder,
      stdio: "ignore",
    },
  );
}

function idOf(kind: "-u" | "-g"): number {
  return Number(execFileSync("id", [kind, "postgres"]).toString());
}
