import { request as plainRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as tlsRequest } from "node:https";
import type { TLSSocket } from "node:tls";

export interface SiteAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** SHA-256 of the certificate that was shown; absent without TLS. */
  readonly fingerprint: string | undefined;
}

/** Asks once, by a connection of its own, and follows no redirect. The name for TLS is the one of the host header; with `ca` it is checked. */
export async function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
  ca?: string,
): Promise<SiteAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<SiteAnswer>();
  const how = { headers, agent: false, timeout: 10_000 } as const;
  const tls = {
    servername: headers["host"],
    rejectUnauthorized: ca !== undefined,
    ...(ca !== undefined && { ca }),
  };
  const read = (response: IncomingMessage): void => {
    const { statusCode = 0, headers: told, socket } = response;
    const fingerprint = (socket as Partial<TLSSocket>).getPeerCertificate?.().fingerprint256;
    let text = "";
    response.setEncoding("utf8").on("data", (part: string) => (text += part));
    response
      .on("error", reject)
      .on("end", () => resolve({ status: statusCode, headers: told, text, fingerprint }));
  };
  const asked = url.startsWith("https:")
    ? tlsRequest(url, { ...how, ...tls }, read)
    : plainRequest(url, how, read);
  asked.on("timeout", () => asked.destroy(new Error("no answer in time"))).on("error", reject);
  asked.end();
  return promise;
}
