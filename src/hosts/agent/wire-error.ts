import { catalogue, type ErrorCode } from "../../errors/catalogue.ts";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { isFields } from "../../artifacts/kept-file.ts";

/** An error as it goes over the wire, with the chain of its causes. */
export interface WireError {
  /** Of the catalogue; absent for any other error. */
  readonly code?: string | undefined;
  readonly name: string;
  readonly message: string;
  readonly state?: string | undefined;
  readonly next?: string | undefined;
  readonly details?: readonly string[] | undefined;
  /** `ENOSPC`, … */
  readonly systemCode?: string | undefined;
  readonly stack?: string | undefined;
  readonly cause?: WireError | undefined;
}

/** How many causes beneath an error are told. */
const deepest = 6;

/** Pure. */
export function errorToWire(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error)) return { name: "Error", message: String(thrown) };
  const { name, message, stack } = thrown;
  const cause =
    thrown.cause === undefined || depth >= deepest ? undefined : errorToWire(thrown.cause, depth + 1);
  if (thrown instanceof CozyError) {
    const { code, state, next, details } = thrown;
    return { code, name, message, state, next, details, cause };
  }
  return { name, message, systemCode: systemCode(thrown), stack, cause };
}

/** The error that was thrown on the other side, so that callers see no difference. Pure. */
export function errorFromWire(found: unknown): Error {
  const error = isWireError(found) ? found : { name: "Error", message: "it did not say what went wrong" };
  const { code, name, message, state, next, details } = error;
  const cause = error.cause === undefined ? undefined : errorFromWire(error.cause);
  if (code !== undefined && isCode(code)) {
    const told = { ...(state !== undefined && { state }), ...(next !== undefined && { next }) };
    return new CozyError(code, { message, ...told, ...(details && { details }), cause });
  }
  const other = new Error(message, cause === undefined ? {} : { cause });
  other.name = name;
  if (error.stack !== undefined) other.stack = error.stack;
  return error.systemCode === undefined ? other : Object.assign(other, { code: error.systemCode });
}

function isWireError(value: unknown): value is WireError {
  return isFields(value) && typeof value["name"] === "string" && typeof value["message"] === "string";
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
