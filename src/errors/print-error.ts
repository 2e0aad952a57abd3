import { chooseStyle } from "../events/choose-style.ts";
import type { Style } from "../events/marks.ts";
import { printable } from "../events/text-width.ts";
import { asCozyError } from "./as-cozy-error.ts";
import type { CozyError } from "./cozy-error.ts";

export interface ErrorSurroundings {
  readonly json: boolean;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** cozy's own, told where the defect is ours. */
  readonly version?: string;
}

/** For a program as a line of JSON beside its other output; for a person on the stream that is not redirected. */
export function printError(thrown: unknown, { json, stdout, stderr, env, version }: ErrorSurroundings): void {
  const error = asCozyError(thrown, version);
  if (json) stdout.write(`${errorAsJson(error)}\n`);
  else stderr.write(renderError(error, chooseStyle(env, stderr.isTTY === true)));
}

/** An error as a person reads it: what happened, what state things are in, and what to run next. Ends with a line break. */
export function renderError(thrown: unknown, { colours, marks }: Style): string {
  const error = asCozyError(thrown);
  const lines = [
    "",
    `  ${marks.failed} ${colours.bold(printable(error.title))}  ${colours.dim(error.code)}`,
    "",
    ...printableLines(error.message).map((line) => `    ${line}`),
    ...error.details.flatMap(printableLines).map((line) => `      ${colours.dim(line)}`),
    ...labelled(colours.dim("state"), error.state),
    ...labelled(colours.dim("next "), error.next),
    "",
  ];
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** An error as one line of JSON; the names of the fields stay. */
export function errorAsJson(thrown: unknown): string {
  const error = asCozyError(thrown);
  const { code, fault, title, message, details, state, next } = error;
  return JSON.stringify({
    type: "error",
    code,
    fault,
    title,
    message,
    details,
    state,
    next,
    causes: causesOf(error),
  });
}

/** The messages of what lies beneath, so that a log has them too. */
function causesOf(error: CozyError): string[] {
  const causes: string[] = [];
  for (let cause = error.cause; cause instanceof Error && causes.length < 5; cause = cause.cause) {
    causes.push(cause.message);
  }
  return causes;
}

function labelled(label: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  const [first = "", ...rest] = printableLines(text);
  return ["", `    ${label}  ${first}`, ...rest.map((line) => `           ${line}`)];
}

function printableLines(text: string): string[] {
  return text.split(/\r?\n/).map(printable);
}
