import { readFileSync } from "node:fs";
import { messageOf, systemCode } from "../../shared/thrown.ts";
import type { InstanceSpec, LastExit } from "../instance.ts";
import type { ProcessIdentity } from "../process-identity.ts";
import type { ProxySpec } from "../protocol.ts";
import { check, instanceSpec, isCount, isRecord, proxySpec, type Fault } from "./checks.ts";

/** `state.json`: what a supervisor needs to come back with the same instances. Nothing in it is secret. */
export interface KeptState {
  readonly format: 1;
  readonly instances: readonly KeptInstance[];
  readonly proxy?: KeptProxy | undefined;
}

export interface KeptInstance {
  readonly spec: InstanceSpec;
  readonly process?: KeptProcess | undefined;
  readonly restarts: number;
  readonly lastExit?: LastExit | undefined;
  readonly retireAt?: number | undefined;
  /** It was told to stop, and is forgotten once it has. */
  readonly stopping?: true | undefined;
}

export interface KeptProxy {
  readonly spec: ProxySpec;
  readonly process?: KeptProcess | undefined;
  readonly restarts: number;
  /** Former proxies that answer their last requests. */
  readonly draining: readonly ProcessIdentity[];
  readonly stopping?: true | undefined;
}

export interface KeptProcess extends ProcessIdentity {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A state that this supervisor must not touch: it does not start, and whatever runs goes on. */
export class UnreadableState extends Error {
  override readonly name = "UnreadableState";
  readonly reason: "state-damaged" | "state-newer";

  constructor(reason: UnreadableState["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

const stateFormat = 1;

export function readState(file: string): KeptState {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { format: stateFormat, instances: [] };
    throw new UnreadableState("state-damaged", `${file} can't be read: ${messageOf(error)}`);
  }
  return checkedState(file, text);
}

function checkedState(file: string, text: string): KeptState {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new UnreadableState("state-damaged", `${file} is not JSON: ${messageOf(error)}`);
  }
  const format = isRecord(read) ? read["format"] : undefined;
  if (isCount(format) && format > stateFormat) {
    const message = `${file} has format ${format}; this supervisor reads formats up to ${stateFormat}`;
    throw new UnreadableState("state-newer", message);
  }
  if (keptState.holds(read)) return read;
  throw new UnreadableState("state-damaged", `${file} is damaged: ${keptState.fault(read)}`);
}

const keptState = check<KeptState>((value) => {
  if (!isRecord(value)) return "it does not hold an object";
  const { format, instances, proxy } = value;
  if (!isCount(format)) return "it has no format";
  if (!Array.isArray(instances)) return "it has no list of instances";
  const fault = instances.map(instanceFault).find((each) => each !== undefined);
  return fault ?? (proxy === undefined ? undefined : proxyFault(proxy));
});

function instanceFault(kept: unknown): Fault {
  if (!isRecord(kept)) return "an instance is not an object";
  return instanceSpec.fault(kept["spec"]) ?? processFault(kept);
}

function proxyFault(kept: unknown): Fault {
  if (!isRecord(kept)) return "the proxy is not an object";
  if (!Array.isArray(kept["draining"])) return "the proxy has no list of those that drain";
  return proxySpec.fault(kept["spec"]) ?? processFault(kept);
}

function processFault({ restarts, process }: Readonly<Record<string, unknown>>): Fault {
  if (!isCount(restarts)) return "a number of restarts is missing";
  if (process === undefined) return undefined;
  if (!isRecord(process)) return "a process is not an object";
  const { pid, mark, startedAt } = process;
  const sound = isCount(pid) && pid > 1 && typeof mark === "string" && typeof startedAt === "number";
  return sound ? undefined : "a process has no pid, mark or start time";
}
