import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { ServerLayout } from "../../hosts/server-layout.ts";
import { pause } from "../../shared/pause.ts";
import { systemCode } from "../../shared/thrown.ts";
import { usualHeaders } from "../check-headers.ts";
import { proofHeaders, readProofToken } from "../proof-token.ts";
import { proveBy, type ProofAnswer } from "../prove.ts";
import type { Proxy, ProveRequest } from "../proxy-port.ts";
import { numberInForce } from "../table-files.ts";
import { askSite } from "./ask-site.ts";
import { ensureSite, readSite } from "./ensure-site.ts";
import { connectionCounter } from "./count-connections.ts";
import { keptTables } from "./kept-tables.ts";
import { parseNginxLine, type WhoAnswered } from "./parse-line.ts";
import { readUnixSockets } from "./unix-sockets.ts";

export interface NginxProxyParts {
  /** The environment's name, for the command in messages. */
  readonly environment: string;
  readonly layout: Pick<ServerLayout, "id" | "run" | "paths" | "nginxSite">;
  /** The token whose hash the site holds. */
  readonly tokenFile: string;
  /** nginx's own; `/run/nginx.pid` on Debian. */
  readonly pidFile?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * nginx as the proxy of an environment, on the server itself. Its files are root's: only `cozy setup` writes them. nginx reads the route
 * table at every connect, so whatever is in force is in use.
 */
export function nginxProxy(parts: NginxProxyParts): Proxy {
  const { layout, tokenFile, pidFile = "/run/nginx.pid", now } = parts;
  const whoAnswered = keptTables(layout.run);
  const connections = connectionCounter([layout.run, layout.paths.run]);
  return {
    async ensure(settings, signal) {
      await ensureSite(parts, settings, signal);
      return "was running";
    },
    async tableInUse() {
      // Numbers of tables begin at 1.
      return (await isRunning(pidFile)) ? ((await numberInForce(layout.run)) ?? 0) : undefined;
    },
    inFlight: async () => connections.count(await readUnixSockets(), now()),
    async prove(request, signal) {
      const [site, token] = await Promise.all([readSite(parts), readProofToken(tokenFile)]);
      const where = `${site.name}, port ${site.port}`;
      const ask = async (bucket: string, asked: AbortSignal): Promise<ProofAnswer> => {
        const headers = proofRequest(request, token, bucket);
        const { status, headers: told } = await askSite(site, request.check.path, headers, asked);
        return { status, ...answererIn(told, bucket, whoAnswered) };
      };
      return await proveBy({ ...request, where, ask }, signal);
    },
    async writtenLog(signal) {
      // nginx writes each line by itself, right after the last byte of its answer. What it could not write it does not count.
      await pause(lineMs, signal);
      return { whole: true };
    },
    parseLine: (line) => parseNginxLine(line, whoAnswered),
  };
}

const lineMs = 50;

/** Whether a process has nginx's id; it is root's, so being refused is an answer too. */
async function isRunning(pidFile: string): Promise<boolean> {
  try {
    process.kill(Number(await readFile(pidFile, "utf8")), 0);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ESRCH" || code === "ERR_INVALID_ARG_TYPE") return false;
    if (code === "EPERM") return true;
    throw error;
  }
}

function proofRequest({ check }: ProveRequest, token: string, bucket: string): Record<string, string> {
  return {
    ...usualHeaders,
    ...check.headers,
    [proofHeaders.token]: token,
    [proofHeaders.bucket]: bucket,
  };
}

/** nginx tells the folder of the table and the addresses that it tried: the bucket's own, and the mate's where that one took nothing. */
function answererIn(
  told: Readonly<Record<string, string | string[] | undefined>>,
  bucket: string,
  whoAnswered: WhoAnswered,
): Omit<ProofAnswer, "status"> {
  const folder = told[proofHeaders.table];
  const tried = told[triedHeader];
  if (typeof folder !== "string" || typeof tried !== "string") {
    return { release: undefined, instance: undefined, table: undefined };
  }
  const table = basename(folder);
  const answerer = whoAnswered(Number(table), bucket, tried.split(",").length);
  return { release: answerer?.release ?? "nobody", instance: answerer?.instance ?? "none", table };
}

const triedHeader = "x-cozy-tried";
