import { request, type IncomingHttpHeaders } from "node:http";
import { usualHeaders } from "../../routing/check-headers.ts";

/** One request to an instance on its own socket. */
export interface Question {
  readonly path: string;
  /** `GET` where absent. */
  readonly method?: string | undefined;
  /** On top of the usual ones, or in their place; names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: Buffer | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** More of a body than this is not looked at for a text. */
const bodyLimitBytes = 4 * 1024 * 1024;

/** Redirects are not followed: what is asked is what this path answers itself. */
export function askInstance(socket: string, question: Question, signal: AbortSignal): Promise<Answer> {
  const { path, method = "GET", body } = question;
  return new Promise((resolve, reject) => {
    const headers = {
      ...usualHeaders,
      ...question.headers,
      ...(body === undefined ? {} : { "content-length": body.length }),
      connection: "close",
    };
    const outgoing = request({ socketPath: socket, path, method, agent: false, signal, headers });
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      response.on("data", (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes <= bodyLimitBytes) chunks.push(chunk);
      });
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
      response.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
