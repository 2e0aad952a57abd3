import { stat } from "node:fs/promises";
import { isAtLeast, levelOf, unsaidPriority, type Level } from "../instances/systemd/level.ts";
import { findLogs, type LogFile, type LogSelection } from "../logs/log-files.ts";
import { lastLogLines, LogFollower } from "../logs/log-reader.ts";
import { pause } from "../shared/pause.ts";
import type { CommandContext } from "./command-context.ts";

const lookEveryMs = 150;
/** How far back lines of a level are looked for. */
const mostLooked = 20_000;

export interface FileLogsRequest {
  /** The folder of the environment's logs. */
  readonly folder: string;
  readonly select: LogSelection;
  /** Only lines of this level and above, by what they say themselves. */
  readonly level: Level | undefined;
  /** The last so many of each log. */
  readonly lines: number;
  readonly follow: boolean;
}

type OnLine = (file: LogFile, line: string) => void;

/** The last lines of each log that is kept as a file, and what is written next, until the command is interrupted. */
export async function readLogFiles(
  { signal }: Pick<CommandContext, "signal">,
  request: FileLogsRequest,
  onLine: OnLine,
  onCaughtUp: () => void = () => undefined,
): Promise<void> {
  const { folder, select, level, lines, follow: goesOn } = request;
  const found = await findLogs(folder, select);
  const ends = await Promise.all(found.map(endOf));
  const isWanted = (line: string) => level === undefined || isAtLeast(levelOf(line, unsaidPriority), level);
  const tell: OnLine = (file, line) => {
    if (isWanted(line)) onLine(file, line);
  };
  for (const file of found) {
    const last = level === undefined ? lines : Math.max(lines, mostLooked);
    const wanted = (await lastLogLines(file.path, last)).filter(isWanted);
    for (const line of lines === 0 ? [] : wanted.slice(-lines)) onLine(file, line);
  }
  onCaughtUp();
  if (goesOn) await follow(signal, { folder, select, found, ends }, tell);
}

/** Until the command is interrupted, which is how a follow ends well. */
async function follow(
  signal: AbortSignal,
  {
    folder,
    select,
    found,
    ends,
  }: Pick<FileLogsRequest, "folder" | "select"> & {
    readonly found: readonly LogFile[];
    readonly ends: readonly number[];
  },
  onLine: OnLine,
): Promise<void> {
  const followers = new Map(
    found.map((file, index) => [file.path, new LogFollower(file.path, ends[index] ?? 0)]),
  );
  while (!signal.aborted) {
    for (const file of await findLogs(folder, select)) {
      const follower = followers.get(file.path) ?? new LogFollower(file.path, 0);
      followers.set(file.path, follower);
      for (const line of await follower.newLines()) onLine(file, line);
    }
    await pause(lookEveryMs, signal).catch(() => undefined);
  }
}

async function endOf({ path }: LogFile): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
