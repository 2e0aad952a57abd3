import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { ReadyCheck } from "../../project/project.ts";
import type { ReleaseWorld } from "../world.ts";

export interface ProveServedInput {
  readonly host: string;
  readonly release: string;
  readonly environment: string;
  readonly check: ReadyCheck;
}

/** Success without this proof is a bug: the served release is read back through the proxy, as a user would reach it. */
export const proveServed: Operation<ProveServedInput, ReleaseWorld> = {
  kind: "prove-served",
  async run(input, { world, signal }) {
    const proof = await world.host(input.host).prove(input.check, signal);
    const others = Object.keys(proof.served).filter((release) => release !== input.release);
    const count = proof.served[input.release] ?? 0;
    if (proof.failures.length === 0 && others.length === 0 && count > 0) {
      return `${count} ${count === 1 ? "instance answers" : "instances answer"}`;
    }
    throw new CozyError("release-not-proven", {
      message: `${input.release} should serve all traffic, and the proxy's answers do not say so.`,
      details: [...proof.failures, ...others.map((release) => `${release} still answers`)],
    });
  },
  verify: async () => false,
  deadlineMs: () => 30_000,
};
