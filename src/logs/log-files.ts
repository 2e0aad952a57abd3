import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { systemCode } from "../errors/cozy-error.ts";

/** One log of an environment: what an instance wrote, or cozy's own programs. */
export interface LogFile {
  readonly path: string;
  /** `undefined` for logs that belong to no release. */
  readonly release: string | undefined;
  /** `web.0`, `access`, `proxy`, `supervisor`. */
  readonly source: string;
}

export interface LogSelection {
  readonly type: string | undefined;
  readonly release: string | undefined;
}

/** Cozy's own logs, by the name that `--type` calls them; they are not shown among the application's. */
const ownLogs = ["access", "proxy", "supervisor"] as const;

/** The logs that are there now, by release and instance. */
export async function findLogs(folder: string, select: LogSelection): Promise<LogFile[]> {
  const own = ownLogs.find((name) => name === select.type);
  if (own !== undefined) return [{ path: join(folder, `${own}.log`), release: undefined, source: own }];
  const releases = (await namesIn(folder)).filter(
    (name) => !name.includes(".log") && (select.release === undefined || name === select.release),
  );
  const files = await Promise.all(
    releases.toSorted().map(async (release) => {
      const names = (await namesIn(join(folder, release))).filter((name) =>
        /^[a-z][\w-]*\.\d+\.log$/.test(name),
      );
      return names.toSorted().map((name): LogFile => ({
        path: join(folder, release, name),
        release,
        source: basename(name, ".log"),
      }));
    }),
  );
  return files
    .flat()
    .filter(({ source }) => select.type === undefined || source.split(".")[0] === select.type);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    throw error;
  }
}
