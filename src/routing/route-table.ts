import { basename, dirname } from "node:path";

/** Which instance serves which share of a host's traffic: 100 links, each the socket of an instance. */
export interface RouteTable {
  readonly format: 1;
  /** Grows with every table; also the name of its folder. */
  readonly number: number;
  /** One hundred sockets, by bucket. */
  readonly sockets: readonly string[];
}

/** A release's part of the traffic, in hundredths, over the sockets of its healthy instances. */
export interface Share {
  readonly hundredths: number;
  readonly sockets: readonly string[];
}

export const buckets = 100;

/**
 * Where a table leads that lets nobody in, relative to the run folder; nothing ever listens there. Removing the table would not do: a
 * proxy keeps to the one that it has.
 */
export const closedSocket = "closed/web.0.sock";

/** The release that a socket belongs to: `<run folder>/<release>/web.<n>.sock`. */
export function releaseOf(socket: string): string {
  return basename(dirname(socket));
}

/** The instance within its release: `web.<n>`. */
export function instanceOf(socket: string): string {
  return basename(socket, ".sock");
}

/** A bucket as it stands in a cookie, a link's name and the access log: two digits. */
export function bucketName(bucket: number): string {
  return bucketNames[bucket] ?? "";
}

const bucketNames = Array.from({ length: buckets }, (_, bucket) => String(bucket).padStart(2, "0"));
