import { isDeepStrictEqual } from "node:util";
import { isFields } from "../../artifacts/kept-file.ts";
import type { Operation } from "../../engine/operation.ts";
import type { Scale } from "../instance-types.ts";
import { inputsOf } from "../inputs-of.ts";
import type { Plan } from "../plan.ts";
import type { HostWorld } from "../world.ts";

export interface SetScaleInput {
  readonly host: string;
  readonly to: Scale;
  readonly back: Scale;
}

/** Keeps the counts that count before a release's own, whichever is started from now on. */
export const setScale: Operation<SetScaleInput, HostWorld> = {
  kind: "set-scale",
  async run({ host, to }, { world, signal }) {
    await world.host(host).setScale(to, signal);
  },
  async verify({ host, to }, { world, signal }) {
    return isDeepStrictEqual((await world.host(host).observe(signal)).scale, to);
  },
  async undo({ host, back }, { world, signal }) {
    await world.host(host).setScale(back, signal);
  },
  deadlineMs: () => 10_000,
};

/** The counts that a plan brings; `undefined` where it leaves them as they are. */
export function scaleIn(plan: Plan): Scale | undefined {
  const to = inputsOf(plan, setScale.kind)[0]?.["to"];
  return isScale(to) ? to : undefined;
}

function isScale(value: unknown): value is Scale {
  return isFields(value) && Object.values(value).every((count) => typeof count === "number");
}
