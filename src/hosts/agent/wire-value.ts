import { Secret } from "../../secrets/secret.ts";

/**
 * Values as they go over the wire between cozy and its agent on a host: JSON, with what JSON has no word for under a mark. Pure. A
 * secret is revealed here, because the host needs it, and is a `Secret` again when it arrives; nothing of the wire is ever logged.
 */
export function toWire(value: unknown, functions: FunctionTable = refuseFunctions): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number")
    return Number.isFinite(value) && !Object.is(value, -0) ? value : marked("number", numberText(value));
  if (value === undefined) return marked("undefined");
  if (isFunction(value)) return marked("function", functions.numberOf(value));
  if (Array.isArray(value)) return Array.from(value, (item: unknown) => toWire(item, functions));
  if (typeof value !== "object") throw unfit(`a ${typeof value}`);
  if (value instanceof Secret) return marked("secret", value.reveal());
  if (value instanceof AbortSignal) return marked("signal");
  if (!isPlain(value)) throw unfit(`an object of the class ${value.constructor?.name ?? "nobody knows"}`);
  const entries = Object.entries(value).map(([name, item]) => [name, toWire(item, functions)] as const);
  // An object that has a field of the mark's own name is sent as the list of its fields.
  return Object.hasOwn(value, mark) ? marked("object", entries) : Object.fromEntries(entries);
}

/** What `toWire` was given. `signal` stands where an abort signal stood; functions are asked of the table. */
export function fromWire(value: unknown, arrival: Arrival = noArrival): unknown {
  if (Array.isArray(value)) return value.map((item) => fromWire(item, arrival));
  if (typeof value !== "object" || value === null) return value;
  if (isMarked(value)) return unmarked(value, arrival);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fromWire(item, arrival)]));
}

/** A function as callers of ports give it: of any arguments, which arrive as they were sent. */
export type WireFunction = (...args: unknown[]) => unknown;

/** Gives functions numbers by which the other side calls them. */
export interface FunctionTable {
  numberOf(fn: WireFunction): number;
}

/** What the marks for signals and functions become where they arrive. */
export interface Arrival {
  readonly signal: AbortSignal | undefined;
  functionOf(number: number): WireFunction;
}

const mark = "$";

interface Marked {
  readonly [mark]: string;
  readonly value?: unknown;
}

const refuseFunctions: FunctionTable = {
  numberOf: () => {
    throw unfit("a function");
  },
};

const noArrival: Arrival = {
  signal: undefined,
  functionOf: () => {
    throw unfit("a function");
  },
};

function marked(kind: string, value?: unknown): Marked {
  return value === undefined ? { [mark]: kind } : { [mark]: kind, value };
}

function unmarked({ [mark]: kind, value }: Marked, arrival: Arrival): unknown {
  switch (kind) {
    case "undefined":
      return undefined;
    case "number":
      return Number(value);
    case "secret":
      return new Secret(String(value));
    case "signal":
      return arrival.signal;
    case "function":
      return arrival.functionOf(Number(value));
    case "object":
      return Object.fromEntries(
        entriesIn(value).map(([name, item]) => [String(name), fromWire(item, arrival)]),
      );
    default:
      throw unfit(`the mark ${kind}`);
  }
}

function isFunction(value: unknown): value is WireFunction {
  return typeof value === "function";
}

function isMarked(value: object): value is Marked {
  return Object.hasOwn(value, mark);
}

function entriesIn(value: unknown): unknown[][] {
  return Array.isArray(value) ? value.filter((entry) => Array.isArray(entry)) : [];
}

function numberText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A defect of ours: every port that is served speaks in plain values. */
function unfit(what: string): TypeError {
  return new TypeError(`${what} can't go over the wire to a host agent`);
}
