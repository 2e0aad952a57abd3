import { request } from "node:http";
import { messageOf, systemCode } from "../../errors/cozy-error.ts";

export interface InstanceCheck {
  readonly path: string;
  readonly status: number;
  readonly text: string | undefined;
  readonly timeoutMs: number;
}

/** More of a body than this is not looked at for a text. */
const bodyLimitBytes = 4 * 1024 * 1024;

/** Asks an instance on its own socket; gives why it is not as wanted, or `undefined` when it is. */
export async function checkInstance(
  socket: string,
  check: InstanceCheck,
  signal: AbortSignal,
): Promise<string | undefined> {
  const deadline = AbortSignal.timeout(check.timeoutMs);
  try {
    const answer = await get(socket, check, AbortSignal.any([signal, deadline]));
    if (answer.status !== check.status)
      return `status ${answer.status} instead of ${check.status}${excerpt(answer.body)}`;
    if (check.text !== undefined && !answer.body.includes(check.text))
      return `the page does not contain "${check.text}"`;
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return `no answer within ${check.timeoutMs / 1000} s`;
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ECONNREFUSED")
      return "does not listen on its socket";
    return messageOf(error);
  }
}

/** The beginning of what came back, where it is words: a readiness page as a rule says what is missing. */
function excerpt(body: string): string {
  const line = body.slice(0, 200).replaceAll(/\s+/g, " ").trim();
  if (line === "" || line.startsWith("<") || /[^\x20-\x7e\u00a0-\uffff]/.test(line)) return "";
  return ` (${line}${body.length > 200 ? " …" : ""})`;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function get(socket: string, check: InstanceCheck, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        socketPath: socket,
        path: check.path,
        agent: false,
        signal,
        headers: { host: "localhost", "user-agent": "cozy-check", connection: "close" },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let sizeBytes = 0;
        response.on("data", (chunk: Buffer) => {
          sizeBytes += chunk.length;
          if (sizeBytes <= bodyLimitBytes) chunks.push(chunk);
        });
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
        });
        response.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}
