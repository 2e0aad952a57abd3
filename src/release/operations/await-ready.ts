import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { ReadyCheck } from "../../project/project.ts";
import type { RestartsBefore } from "../../hosts/host.ts";
import type { HostWorld } from "../world.ts";

export interface AwaitReadyInput {
  readonly host: string;
  readonly release: string;
  readonly environment: string;
  readonly check: ReadyCheck;
  readonly restartsBefore: RestartsBefore;
}

/** The health gate: every new web instance answers on its own socket, or the deploy ends here. */
export const awaitReady: Operation<AwaitReadyInput, HostWorld> = {
  kind: "await-ready",
  async run(input, { world, signal }) {
    const report = await world
      .host(input.host)
      .awaitReady(input.release, input.check, input.restartsBefore, signal);
    if (report.ok) return;
    throw new CozyError("release-not-ready", {
      message: `Release ${input.release} did not get ready: ${report.faults.join("; ")}.`,
      details: report.tail,
    });
  },
  verify: async () => false, // an instance can have died since: asking again costs milliseconds
  deadlineMs: (input) => input.check.timeoutMs + 10_000,
};
