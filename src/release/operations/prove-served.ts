import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { ReadyCheck } from "../../project/project.ts";
import type { HostWorld } from "../world.ts";

export interface ProveServedInput {
  readonly host: string;
  readonly release: string;
  readonly environment: string;
  readonly check: ReadyCheck;
  /** Releases that serve the rest of the traffic; absent where this one is to serve all of it. */
  readonly beside?: readonly string[];
}

/** Success without this proof is a bug: the served release is read back through the proxy, as a user would reach it. */
export const proveServed: Operation<ProveServedInput, HostWorld> = {
  kind: "prove-served",
  async run(input, { world, signal }) {
    const proof = await world.host(input.host).prove(input.check, signal, input.beside);
    const allowed = new Set([input.release, ...(input.beside ?? [])]);
    const others = Object.keys(proof.served).filter((release) => !allowed.has(release));
    const count = proof.served[input.release] ?? 0;
    if (proof.failures.length === 0 && others.length === 0 && count > 0) {
      const along = (input.beside ?? [])
        .map((release) => `, ${proof.served[release] ?? 0} of ${release}`)
        .join("");
      return `${count} ${count === 1 ? "instance answers" : "instances answer"}${along}`;
    }
    throw new CozyError("release-not-proven", {
      message: `${input.release} should serve ${input.beside === undefined ? "all traffic" : "its share of the traffic"}, and the proxy's answers do not say so.`,
      details: [...proof.failures, ...others.map((release) => `${release} still answers`)],
    });
  },
  verify: async () => false,
  deadlineMs: () => 30_000,
};
