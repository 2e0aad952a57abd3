import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { InstanceId } from "../../instances/instance.ts";
import { counted } from "../../shared/words.ts";
import { instanceOfSocket } from "../socket-name.ts";
import { inputsOf } from "../inputs-of.ts";
import type { Plan } from "../plan.ts";
import type { HostWorld } from "../world.ts";
import { stopSurplus } from "./stop-surplus.ts";

export interface StartInstancesInput {
  readonly host: string;
  readonly release: string;
  readonly types: readonly string[];
  /** How many that is, over the types. */
  readonly count: number;
  /** The release's instances were warm before, until this time: an undo leaves them as they were. */
  readonly warmUntil: number | null;
  /** How many of each type ran before: an undo leaves these. Absent in plans of an earlier cozy, where none did. */
  readonly keeps?: Readonly<Record<string, number>>;
}

/** Starts a release's instances beside those that serve. */
export const startInstances: Operation<StartInstancesInput, HostWorld> = {
  kind: "start-instances",
  async run({ host, release, types }, { world, signal }) {
    await world.host(host).startInstances({ release, types }, signal);
  },
  async verify(input, { world, signal }) {
    const { instances } = await world.host(input.host).observe(signal);
    const ours = instances.filter(
      ({ id, retireAt }) =>
        id.release === input.release && input.types.includes(id.type) && retireAt === undefined,
    );
    return ours.length >= input.count;
  },
  async undo(input, context) {
    const { host, release, types, warmUntil, keeps } = input;
    const select = { release, types };
    const on = context.world.host(host);
    const { routes } = await on.observe(context.signal);
    refuseWhileServed(input, Object.keys(routes));
    if (warmUntil !== null) return on.retireInstances(select, warmUntil, context.signal);
    await stopSurplus(on, select, keeps ?? {}, context);
  },
  deadlineMs: () => 60_000,
};

/** What a plan starts, on which hosts. */
export function startsIn(plan: Plan): readonly PlannedStart[] {
  return inputsOf(plan, startInstances.kind).filter(isStart);
}

export type PlannedStart = Pick<StartInstancesInput, "host" | "types" | "keeps">;

function isStart(
  input: Readonly<Record<string, unknown>>,
): input is Readonly<Record<string, unknown>> & PlannedStart {
  return typeof input["host"] === "string" && Array.isArray(input["types"]);
}

/** Where the traffic could not be moved back, the instances that have it stay: an undo takes nothing down that serves. */
function refuseWhileServed(input: StartInstancesInput, sockets: readonly string[]): void {
  const serving = sockets.map(instanceOfSocket).filter((id) => id !== undefined && wouldEnd(input, id));
  if (serving.length === 0) return;
  const { host, release } = input;
  throw new CozyError("still-served", {
    message: `${counted(serving.length, "instance")} of ${release} on ${host} still ${serving.length === 1 ? "has" : "have"} traffic.`,
    state: "They were left running.",
    next: "Have the traffic moved back first: cozy abort",
  });
}

function wouldEnd({ release, types, warmUntil, keeps = {} }: StartInstancesInput, id: InstanceId): boolean {
  if (id.release !== release || !types.includes(id.type)) return false;
  return warmUntil !== null || id.index >= (keeps[id.type] ?? 0);
}
