import type { Operation } from "../../engine/operation.ts";
import type { ReleaseWorld } from "../world.ts";

export interface EnsureAgentsInput {
  readonly host: string;
}

/** Has the supervisor and the proxy run in this cozy's version. They serve whatever the table says, so there is nothing to undo. */
export const ensureAgents: Operation<EnsureAgentsInput, ReleaseWorld> = {
  kind: "ensure-agents",
  async run(input, { world, signal }) {
    const report = await world.host(input.host).ensureAgents(world.proxy, signal);
    return report.supervisor === report.proxy
      ? `both ${report.proxy.replace("was running", "running")}`
      : `supervisor ${report.supervisor}, proxy ${report.proxy}`;
  },
  async verify(input, { world, signal }) {
    const { supervised } = await world.host(input.host).observe(signal);
    return supervised;
  },
  deadlineMs: () => 30_000,
};
