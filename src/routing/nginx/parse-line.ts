import { basename } from "node:path";
import { isFields } from "../../artifacts/kept-file.ts";
import type { AccessLine } from "../access-line.ts";
import { logFormat } from "./access-log-format.ts";
import { underMaintenance } from "./servers.ts";

/** Whom a bucket led to in a table; `undefined` where the table is not kept any more. */
export type WhoAnswered = (table: number, bucket: string, tries: number) => Answerer | undefined;

export interface Answerer {
  readonly release: string;
  /** `web.0` */
  readonly instance: string;
}

/**
 * A line of nginx's log as everything else reads it; `undefined` for one that is none. nginx says which table it went by when it made
 * the connection, and that table's links never change. A client that leaves in the middle of an answer and an instance that ends there
 * look alike to nginx: both are `aborted`.
 */
export function parseNginxLine(text: string, whoAnswered: WhoAnswered): AccessLine | undefined {
  const line = fieldsIn(text);
  if (line === undefined) return undefined;
  const { end, seconds, status } = line;
  const ms = Math.round(seconds * 1000);
  // A stream has no whole answer; whoever ends it, it has ended.
  const aborted = line.whole === "" && (line.flow ?? "") === "";
  const common = {
    format: 1,
    time: new Date(Math.round(end * 1000) - ms).toISOString(),
    method: line.method,
    path: line.path,
    query: line.query,
    status,
    ms,
    bytes: line.bytes,
    address: line.address,
    id: line.id,
    agent: line.agent,
    ...(line.probe === 1 && { probe: true as const }),
    ...(aborted && { aborted: true as const }),
  } as const;
  if (line.files !== undefined) return { ...common, files: line.files };
  const tried = line.tried === "" ? [] : line.tried.split(/, | : /);
  const upstreamMs = headMs(line.head);
  const table = tableIn(line.table);
  const answerer =
    tried.length === 0 || table === undefined ? undefined : whoAnswered(table, line.bucket, tried.length);
  const maintenance = line.closed === underMaintenance && tried.length === 0 && status === 503;
  const error = aborted || maintenance ? undefined : ownAnswer(status, upstreamMs, tried.length > 0);
  return {
    ...common,
    ...(upstreamMs !== undefined && { upstreamMs }),
    bucket: line.bucket,
    ...(table !== undefined && { table }),
    ...answerer,
    ...(tried.length > 1 && { tries: tried.length }),
    ...(line.flow !== "" && { stream: line.flow }),
    ...(maintenance && { maintenance: true as const }),
    ...(error !== undefined && { error }),
  };
}

interface NginxLine {
  /** When the answer had ended, in seconds since the epoch. */
  readonly end: number;
  readonly seconds: number;
  readonly method: string;
  readonly path: string;
  readonly query: boolean;
  readonly status: number;
  readonly bytes: number;
  /** `OK`, or nothing where the client did not get it all. */
  readonly whole: string;
  readonly address: string;
  readonly id: string;
  readonly agent: string;
  readonly probe: number;
  readonly files?: string | undefined;
  readonly bucket: string;
  /** The table's folder. */
  readonly table: string;
  /** The addresses that were tried, the last one last. */
  readonly tried: string;
  /** Seconds until the head of the answer, a dash where none came; a part for each try. */
  readonly head: string;
  readonly flow: "" | "websocket" | "event-stream";
  /** Why the application was not to be asked; a site of an earlier cozy does not say. */
  readonly closed?: string | undefined;
}

function fieldsIn(text: string): NginxLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(value) || value["format"] !== logFormat) return undefined;
  // oxlint-disable-next-line no-unsafe-type-assertion -- every field is looked at right after
  const line = value as Partial<Record<keyof NginxLine, unknown>>;
  const numbers = [line.end, line.seconds, line.status, line.bytes, line.probe];
  const texts = [line.method, line.path, line.whole, line.address, line.id, line.agent];
  const ofApplication = [line.bucket, line.table, line.tried, line.head, line.flow];
  if (!numbers.every((number) => typeof number === "number" && Number.isFinite(number))) return undefined;
  if (
    ![...texts, ...(line.files === undefined ? ofApplication : [])].every((part) => typeof part === "string")
  ) {
    return undefined;
  }
  if (line.files !== undefined && line.files !== "static" && line.files !== "media") return undefined;
  if (
    Math.abs(Number(line.end)) + Math.abs(Number(line.seconds)) > latestSeconds ||
    typeof line.query !== "boolean"
  )
    return undefined;
  // oxlint-disable-next-line no-unsafe-type-assertion -- it was looked at right before
  return line as NginxLine;
}

/** Beyond it a number is no time at all. */
const latestSeconds = 8.64e12;

function headMs(head: string): number | undefined {
  const last = head.split(/, | : /).at(-1) ?? "";
  return /^\d+(\.\d+)?$/.test(last) ? Math.round(Number(last) * 1000) : undefined;
}

/** `…/tables/17` */
function tableIn(folder: string): number | undefined {
  const name = basename(folder);
  return /^\d{1,15}$/.test(name) ? Number(name) : undefined;
}

/** Why nginx answered in the instance's place; `undefined` where it did not. */
function ownAnswer(status: number, upstreamMs: number | undefined, asked: boolean): string | undefined {
  if (upstreamMs !== undefined || status < 400) return undefined;
  if (!asked) return `nginx answered ${status} itself`;
  return status === 504 ? "no answer in time" : "no instance answered";
}
