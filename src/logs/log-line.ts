import { isFields } from "../artifacts/kept-file.ts";
import { levels, type Level } from "../instances/systemd/level.ts";

/** One line of a log of an environment on servers. */
export interface LogLine {
  /** The host's name in the environment. */
  readonly host: string;
  /** When it was logged, by the host's clock, in milliseconds since the epoch; absent where the log does not say. */
  readonly at: number | undefined;
  /** Absent for logs that belong to no release. */
  readonly release: string | undefined;
  /** `web.0`, `access`, `proxy`. */
  readonly source: string;
  readonly level: Level;
  readonly line: string;
}

/** What a host's cozy prints, a line each: lines of logs, and once that all of the past has been told. */
export type Told = LogLine | "caught up";

export function toldText(told: Told): string {
  return `${JSON.stringify(told === "caught up" ? { caughtUp: true } : told)}\n`;
}

/** `undefined` for what is neither. */
export function parseTold(text: string): Told | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(value)) return undefined;
  if (value["caughtUp"] === true) return "caught up";
  const { host, at, release, source, line } = value;
  const level = levels.find((one) => one === value["level"]);
  if (typeof host !== "string" || typeof source !== "string" || typeof line !== "string") return undefined;
  if (level === undefined) return undefined;
  return {
    host,
    at: typeof at === "number" ? at : undefined,
    release: typeof release === "string" ? release : undefined,
    source,
    level,
    line,
  };
}

/** `2026-11-24 13:24:25.120  web-1  20261124-… web.0 | …`, in UTC; hosts are as wide as the widest. */
export function logLineText({ host, at, release, source, line }: LogLine, hostWidth: number): string {
  const when = at === undefined ? "" : `${new Date(at).toISOString().slice(0, 23).replace("T", " ")} `;
  return `${when}${host.padEnd(hostWidth)} ${release === undefined ? "" : `${release} `}${source} | ${line}\n`;
}
