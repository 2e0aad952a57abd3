import type { AccessLine } from "../routing/access-line.ts";

/**
 * What became of a request, as its promises see it. `answered`: a whole answer, whatever the client then thought of it. `failed`: the
 * application's own answer said that it could not (a status from 500 on). `lost`: no whole answer came, because no instance took the
 * request or one ended in the middle. `given up`: the client went away first, or did not send its request to the end. `none`: a probe,
 * which is no traffic, or a stream that ended, which has no answer to be whole; both are left out of every count. `closed`: the site was
 * closed for maintenance, which was said before and is no failure; it is counted by itself.
 */
export type Fate = "answered" | "failed" | "lost" | "given up" | "closed" | "none";

/** The status that the log has of a client that went away before any answer. */
const clientGone = 499;

export function fateOf(line: AccessLine): Fate {
  if (line.probe === true || line.stream !== undefined) return "none";
  if (line.maintenance === true) return "closed";
  const { status, error } = line;
  if (status === clientGone || (line.aborted === true && error === undefined)) return "given up";
  if (error === undefined) return status >= 500 ? "failed" : "answered";
  if (isRefusedRequest(line)) return "given up";
  return "lost";
}

/** The proxy's own answer to a request that can't be sent on: the client's doing, and nothing was cut. */
function isRefusedRequest({ status, upstreamMs, files }: AccessLine): boolean {
  return status >= 400 && status < 500 && upstreamMs === undefined && files === undefined;
}

/** Whether the request went to the application, and not to a folder of files. */
export function isOfApplication({ files }: AccessLine): boolean {
  return files === undefined;
}
