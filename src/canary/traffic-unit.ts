import type { AccessLine } from "../routing/access-line.ts";

/** What one line of the access log is to a comparison of two releases. */
export interface Served {
  readonly release: string;
  /** When the answer had ended, in milliseconds since the epoch: lines are written in this order. */
  readonly endedAt: number;
  /** Whoever asked, as far as can be told: the same in both lines means the same person, or the same few. */
  readonly client: string;
  /** Method and shape of the path: `GET /venues/:n`. */
  readonly page: string;
  readonly status: number;
  readonly failed: boolean;
  /** To the last byte of the answer; `undefined` where it says nothing: a stream, or a client that left. */
  readonly ms: number | undefined;
  /** The client left without an answer after so long: at least as slow as this. */
  readonly gaveUpMs: number | undefined;
}

/**
 * What the line counts for; `undefined` for what is no traffic of an instance: files, cozy's own questions, clients that went away
 * before they could have been served. A client that went away before any answer came is kept, because a release that hangs shows in
 * nothing else.
 */
export function servedBy(line: AccessLine): Served | undefined {
  const { release, bucket, status, ms, aborted, stream } = line;
  if (line.probe || line.files !== undefined || release === undefined || bucket === undefined)
    return undefined;
  const begunAt = Date.parse(line.time);
  if (Number.isNaN(begunAt)) return undefined;
  const hung = aborted === true && line.upstreamMs === undefined && stream === undefined;
  if (aborted === true && !hung) return undefined;
  return {
    release,
    endedAt: begunAt + ms,
    client: `${line.address} ${bucket} ${line.agent}`,
    page: `${line.method} ${pathShape(line.path)}`,
    status,
    failed: !hung && (status >= 500 || line.error !== undefined),
    ms: hung || stream !== undefined ? undefined : ms,
    gaveUpMs: hung ? ms : undefined,
  };
}

/** The path with all that names one thing among many taken out, so that the same kind of page has one name. */
export function pathShape(path: string): string {
  const shape = path.split("/").slice(0, longestPath).map(segmentShape).join("/");
  return shape.length <= longestShape ? shape : `${shape.slice(0, longestShape)}…`;
}

const longestPath = 12;
const longestShape = 100;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const hexadecimal = /^(?=.*\d)[0-9a-f]{8,}$/i;
/** Random letters and digits, as in the address of a password reset; a long word of letters and hyphens alone is a title. */
const token = /^(?=.*\d)(?=.*[a-z])[\w~.-]{20,}$/i;

function segmentShape(segment: string): string {
  if (/^\d+$/.test(segment)) return ":n";
  if (uuid.test(segment)) return ":id";
  if (hexadecimal.test(segment) || token.test(segment)) return ":token";
  return segment.replaceAll(/\d+/g, ":n");
}
