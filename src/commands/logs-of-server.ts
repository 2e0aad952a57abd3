import { serverLayout } from "../hosts/server-layout.ts";
import { proofTokenFile } from "../hosts/this-machine/places.ts";
import type { JournalParts } from "../instances/systemd/journal-logs.ts";
import { levelOf, unsaidPriority, type Level } from "../instances/systemd/level.ts";
import { runProgram } from "../instances/systemd/program.ts";
import {
  followJournal,
  newestCursor,
  readJournal,
  type LogLine as JournalLine,
} from "../instances/systemd/read-journal.ts";
import type { LogFile } from "../logs/log-files.ts";
import { toldText, type LogLine, type Told } from "../logs/log-line.ts";
import { nginxProxy } from "../routing/nginx/nginx-proxy.ts";
import type { CommandContext } from "./command-context.ts";
import { readLogFiles } from "./logs-of-files.ts";
import type { OpenEnvironment } from "./open-environment.ts";

export interface LogsRequest {
  readonly type: string | undefined;
  readonly release: string | undefined;
  readonly level: Level | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  /** The last so many of each log. */
  readonly lines: number;
  readonly follow: boolean;
}

/** Logs of cozy's own that a server keeps as files; systemd stands for the supervisor there. */
const ownLogs: ReadonlySet<string> = new Set(["access", "proxy"]);

/** What the instances on this server logged, for the deployer's cozy to read: JSON, a line each. */
export async function tellLogsOfServer(
  context: CommandContext,
  opened: OpenEnvironment,
  request: LogsRequest,
): Promise<void> {
  const host = context.onHost?.name ?? "";
  const tell = (told: Told) => void context.stdout.write(toldText(told));
  if (ownLogs.has(request.type ?? "")) return tellFiles(context, opened, request, host, tell);
  const layout = serverLayout(opened.project.name, opened.environment.name);
  const parts: JournalParts = { layout, run: runProgram };
  // From here on nothing is missed: what comes while the past is read is in both, and is told once.
  const from = request.follow ? await newestCursor(parts, context.signal) : undefined;
  const past = await readJournal(parts, request, context.signal);
  for (const one of past) tell(lineOf(host, one));
  tell("caught up");
  if (!request.follow) return;
  const told = new Set(past.map(({ cursor }) => cursor));
  const onLine = (one: JournalLine) => {
    if (!told.delete(one.cursor)) tell(lineOf(host, one));
  };
  const { release, type, level } = request;
  const after = from ?? past.at(-1)?.cursor;
  await followJournal(parts, { release, type, level }, after, onLine, context.signal);
}

function lineOf(host: string, { at, instance, level, line }: JournalLine): LogLine {
  const { release } = instance;
  return { host, at, release, source: `${instance.type}.${instance.index}`, level, line };
}

async function tellFiles(
  context: CommandContext,
  { project, environment }: OpenEnvironment,
  { type, level, since, lines, follow }: LogsRequest,
  host: string,
  tell: (told: Told) => void,
): Promise<void> {
  const layout = serverLayout(project.name, environment.name);
  const proxy = nginxProxy({
    environment: environment.name,
    layout,
    tokenFile: proofTokenFile(layout.paths),
    now: context.now,
  });
  const onLine = ({ release, source }: LogFile, text: string) => {
    const parsed = source === "access" ? proxy.parseLine(text) : undefined;
    const at = parsed === undefined ? errorLogTime(text) : Date.parse(parsed.time);
    if (since !== undefined && (at ?? since) < since) return;
    const line = parsed === undefined ? text : JSON.stringify(parsed);
    tell({ host, at, release, source, level: levelOf(text, unsaidPriority), line });
  };
  const request = { folder: layout.paths.logs, select: { type, release: undefined }, level, lines, follow };
  await readLogFiles(context, request, onLine, () => tell("caught up"));
}

/** nginx writes its own log by the host's local time. */
function errorLogTime(text: string): number | undefined {
  const found = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) /.exec(text)?.slice(1).map(Number);
  if (found === undefined) return undefined;
  const [year = 0, month = 1, day, hour, minute, second] = found;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}
