import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { RestartsBefore } from "../../hosts/host.ts";
import type { ReleaseWorld } from "../world.ts";

export interface AwaitSteadyInput {
  readonly host: string;
  readonly release: string;
  readonly types: readonly string[];
  readonly forMs: number;
  readonly restartsBefore: RestartsBefore;
}

/** The gate of process types that answer no requests: an instance that ends within moments of its start is a broken release. */
export const awaitSteady: Operation<AwaitSteadyInput, ReleaseWorld> = {
  kind: "await-steady",
  async run(input, { world, signal }) {
    const report = await world.host(input.host).awaitSteady(input, input.forMs, input.restartsBefore, signal);
    if (report.ok) return;
    throw new CozyError("release-not-ready", {
      message: `Release ${input.release} did not stay up: ${report.faults.join("; ")}.`,
      details: report.tail,
    });
  },
  verify: async () => false,
  deadlineMs: (input) => input.forMs + 30_000,
};
