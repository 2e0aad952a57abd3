import { messageOf, systemCode } from "../../errors/cozy-error.ts";
import { askInstance, type Answer, type Question } from "./ask-instance.ts";
import { statusHint } from "./status-hint.ts";

export interface InstanceCheck extends Question {
  readonly status: number;
  readonly text: string | undefined;
  readonly timeoutMs: number;
  /** How the project file calls the headers of this check: `ready.headers` unless told otherwise. */
  readonly headersName?: string | undefined;
}

/** Why an instance is not as wanted. */
export interface CheckFault {
  /** What came back. */
  readonly text: string;
  /** What applications as a rule mean by it, and what to do. */
  readonly hint?: string | undefined;
  /** When it wants to be asked again, where it says so. */
  readonly retryAfterMs?: number | undefined;
  /** Nothing is at its socket. */
  readonly silent?: boolean | undefined;
}

/** Asks an instance on its own socket; gives why it is not as wanted, or `undefined` when it is. */
export async function checkInstance(
  socket: string,
  check: InstanceCheck,
  signal: AbortSignal,
): Promise<CheckFault | undefined> {
  const deadline = AbortSignal.timeout(check.timeoutMs);
  try {
    return judge(check, await askInstance(socket, check, AbortSignal.any([signal, deadline])));
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return { text: `no answer within ${Math.round(check.timeoutMs / 100) / 10} s` };
    return noAnswer(error);
  }
}

/** Why an answer is not the one wanted. */
export function judge(check: Omit<InstanceCheck, "timeoutMs">, answer: Answer): CheckFault | undefined {
  if (answer.status !== check.status) {
    return {
      text: `status ${answer.status} instead of ${check.status}${excerpt(answer.body)}`,
      hint: statusHint(check, answer, check.headersName ?? "ready.headers"),
      retryAfterMs: answer.status === 429 ? retryAfter(answer.headers["retry-after"]) : undefined,
    };
  }
  if (check.text !== undefined && !answer.body.includes(check.text))
    return { text: `the page does not contain "${check.text}"` };
  return undefined;
}

/** Why there was no answer at all. */
export function noAnswer(error: unknown): CheckFault {
  const silent = systemCode(error) === "ENOENT" || systemCode(error) === "ECONNREFUSED";
  return silent ? notListening : { text: messageOf(error) };
}

export const notListening: CheckFault = { text: "does not listen on its socket", silent: true };

/** A fault as one line. */
export function faultText({ text, hint }: CheckFault): string {
  return hint === undefined ? text : `${text}; ${hint}`;
}

/** The beginning of what came back, where it is words: a readiness page as a rule says what is missing. */
function excerpt(body: string): string {
  const line = body.slice(0, 200).replaceAll(/\s+/g, " ").trim();
  if (line === "" || line.startsWith("<") || /[^\x20-\x7e\u00a0-\uffff]/.test(line)) return "";
  return ` (${line}${body.length > 200 ? " …" : ""})`;
}

/** Seconds, or a date. */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
