import type { Operation } from "../../engine/operation.ts";
import { pause } from "../../shared/pause.ts";
import type { HostWorld } from "../world.ts";
import type { RotationInput } from "./enter-rotation.ts";

export interface LeaveRotationInput extends RotationInput {
  /** How long the balancer may take to see it. */
  readonly leaveMs: number;
}

/** Has the balancer send the host nothing more, and waits until it has seen that: from then on nothing is lost with the host. */
export const leaveRotation: Operation<LeaveRotationInput, HostWorld> = {
  kind: "leave-rotation",
  async run({ host, leaveMs }, { world, signal }) {
    await world.host(host).setRotation(false, signal);
    await pause(leaveMs, signal);
  },
  async verify({ host }, { world, signal }) {
    return (await world.host(host).observe(signal)).inRotation === false;
  },
  async undo({ host }, { world, signal }) {
    await world.host(host).setRotation(true, signal);
  },
  deadlineMs: ({ leaveMs }) => leaveMs + 10_000,
};
