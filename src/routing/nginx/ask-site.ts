import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from "node:http";
import type { SiteHead } from "./site-head.ts";

export interface SiteReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Asks nginx for a page of the site, on this host's own port and by the site's name, as users do. The certificate is not looked at: it
 * is this host's own port, and its expiry is watched elsewhere. What is read of the body ends at 64 KB.
 */
export async function askSite(
  site: Pick<SiteHead, "scheme" | "port" | "name">,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<SiteReply> {
  // Not before it is asked for: every command waits for its agents to start, and TLS takes a tenth of that.
  const request = site.scheme === "https" ? (await import("node:https")).request : httpRequest;
  const { promise, resolve, reject } = Promise.withResolvers<SiteReply>();
  const options: RequestOptions & { servername?: string; rejectUnauthorized?: boolean } = {
    host: "127.0.0.1",
    port: site.port,
    path,
    headers: { ...withoutHost(headers), host: site.name },
    agent: false,
    signal,
    ...(site.scheme === "https" && { servername: site.name, rejectUnauthorized: false }),
  };
  const asked = request(options);
  asked.on("error", reject).on("response", (response) => {
    let text = "";
    response.setEncoding("utf8").on("error", reject);
    response.on("data", (part: string) => {
      if (text.length < mostCharacters) text += part;
    });
    response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
  });
  asked.end();
  return await promise;
}

/** A check may name a host for the instance's own socket; nginx knows the site by its name alone. */
function withoutHost(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== "host"));
}

const mostCharacters = 64 * 1024;
