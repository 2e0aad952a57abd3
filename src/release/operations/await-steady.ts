import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { SteadyRequest } from "../../hosts/host.ts";
import type { HostWorld } from "../world.ts";

export interface AwaitSteadyInput extends SteadyRequest {
  readonly host: string;
}

/** The gate of process types that answer no requests: an instance that ends within moments of its start is a broken release. */
export const awaitSteady: Operation<AwaitSteadyInput, HostWorld> = {
  kind: "await-steady",
  async run(input, { world, signal }) {
    const { host, ...request } = input;
    const report = await world.host(host).awaitSteady(request, signal);
    if (report.ok) return;
    throw new CozyError("release-not-ready", {
      message: `Release ${input.release} did not stay up: ${report.faults.join("; ")}.`,
      details: report.tail,
    });
  },
  verify: async () => false,
  deadlineMs: ({ forMs, ready }) =>
    Math.max(forMs, ...Object.values(ready).map((one) => one?.timeoutMs ?? 0)) + 30_000,
};
