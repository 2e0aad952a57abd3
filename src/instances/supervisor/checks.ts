import { isAbsolute } from "node:path";
import type { InstanceSelection, InstanceSpec } from "../instance.ts";
import type { ProxySpec } from "../protocol.ts";

/** What is wrong with a value that came over the socket or out of a file, in words; `undefined` when nothing is. */
export type Fault = string | undefined;

/** Tells whether a value is what it should be, and what is wrong when it is not. */
export interface Check<T> {
  readonly fault: (value: unknown) => Fault;
  readonly holds: (value: unknown) => value is T;
}

export function check<T>(fault: (value: unknown) => Fault): Check<T> {
  return { fault, holds: (value): value is T => fault(value) === undefined };
}

export const instanceSpec = check<InstanceSpec>((value) => {
  if (!isRecord(value)) return "an instance is not an object";
  const { id, command, folder, environmentFile, logFile, socket, variables, stopSignal, stopTimeoutMs } =
    value;
  if (!isRecord(id)) return "an instance has no id";
  const fault =
    idFault(id) ??
    commandFault(command) ??
    pathFault("folder", folder) ??
    pathFault("environmentFile", environmentFile) ??
    pathFault("logFile", logFile) ??
    (socket === undefined ? undefined : pathFault("socket", socket)) ??
    (isRecord(variables) && isTexts(Object.values(variables))
      ? undefined
      : "variables is no record of texts") ??
    (signals.some((signal) => signal === stopSignal)
      ? undefined
      : `stopSignal is none of ${signals.join(", ")}`) ??
    (isCount(stopTimeoutMs) ? undefined : "stopTimeoutMs is no number of milliseconds") ??
    limitsFault(value["limits"]);
  return fault === undefined
    ? undefined
    : `${String(id["release"])}/${String(id["type"])}.${String(id["index"])}: ${fault}`;
});

export const instanceSelection = check<InstanceSelection>((value) => {
  if (!isRecord(value)) return "select is not an object";
  const { release, types, index } = value;
  if (typeof release !== "string") return "select.release is not a text";
  if (types !== undefined && !isTexts(types)) return "select.types is no list of texts";
  return index === undefined || isCount(index) ? undefined : "select.index is no number";
});

export const proxySpec = check<ProxySpec>((value) => {
  if (!isRecord(value)) return "proxy is not an object";
  const { command, controlSocket, settingsFile, logFile, hash, stopTimeoutMs } = value;
  return (
    commandFault(command) ??
    pathFault("controlSocket", controlSocket) ??
    pathFault("settingsFile", settingsFile) ??
    pathFault("logFile", logFile) ??
    (typeof hash === "string" ? undefined : "hash is not a text") ??
    (stopTimeoutMs === undefined || isCount(stopTimeoutMs)
      ? undefined
      : "stopTimeoutMs is no number of milliseconds")
  );
});

const signals = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"];

/** Nothing that could leave a folder or read as two names. */
const name = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/u;

function idFault({ release, type, index }: Readonly<Record<string, unknown>>): Fault {
  if (typeof release !== "string" || !name.test(release)) return "id.release is no name";
  if (typeof type !== "string" || !name.test(type)) return "id.type is no name";
  return isCount(index) ? undefined : "id.index is no number";
}

function commandFault(value: unknown): Fault {
  return isTexts(value) && value.length > 0 && value[0] !== ""
    ? undefined
    : "command is no list of arguments";
}

export function pathFault(what: string, value: unknown): Fault {
  return typeof value === "string" && isAbsolute(value) ? undefined : `${what} is no absolute path`;
}

function limitsFault(value: unknown): Fault {
  if (!isRecord(value)) return "limits is not an object";
  const { memoryBytes, openFiles } = value;
  if (memoryBytes !== undefined && !isCount(memoryBytes)) return "limits.memoryBytes is no number";
  return openFiles === undefined || isCount(openFiles) ? undefined : "limits.openFiles is no number";
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

export function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}
