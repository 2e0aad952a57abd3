import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { SmokeCheck } from "../../project/project.ts";
import type { HostWorld } from "../world.ts";

export interface SmokeInput {
  readonly host: string;
  readonly release: string;
  readonly environment: string;
  readonly checks: readonly SmokeCheck[];
}

/** The project's own checks, asked of the new instances before any user sees them. */
export const smoke: Operation<SmokeInput, HostWorld> = {
  kind: "smoke",
  async run(input, { world, signal }) {
    const answers = await world.host(input.host).smoke(input.release, input.checks, signal);
    const bad = answers.filter((answer) => !answer.ok);
    if (bad.length === 0) return `${answers.length} passed`;
    throw new CozyError("smoke-failed", {
      message: `${bad.length} of ${answers.length} smoke checks failed on release ${input.release}.`,
      details: [...bad.map(({ check, reason }) => `${check}: ${reason}`), ...(bad[0]?.tail ?? [])],
    });
  },
  verify: async () => false,
  deadlineMs: (input) => input.checks.reduce((sum, check) => sum + check.withinMs, 30_000),
};
