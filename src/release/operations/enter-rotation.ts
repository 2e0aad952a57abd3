import type { Operation } from "../../engine/operation.ts";
import type { HostWorld } from "../world.ts";

export interface RotationInput {
  readonly host: string;
}

/** Has the balancer send the host traffic; it was proven before that it serves what it should. */
export const enterRotation: Operation<RotationInput, HostWorld> = {
  kind: "enter-rotation",
  async run({ host }, { world, signal }) {
    await world.host(host).setRotation(true, signal);
  },
  async verify({ host }, { world, signal }) {
    return (await world.host(host).observe(signal)).inRotation !== false;
  },
  async undo({ host }, { world, signal }) {
    await world.host(host).setRotation(false, signal);
  },
  deadlineMs: () => 10_000,
};
