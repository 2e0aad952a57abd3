import type { Operation } from "../../engine/operation.ts";
import { judgeLost } from "../../promises/judge-lost.ts";
import { messageOf } from "../../shared/thrown.ts";
import type { ReleaseWorld } from "../world.ts";

export interface CountLostInput {
  readonly host: string;
  readonly release: string;
  readonly environment: string;
  readonly command: "deploy" | "rollback";
  /** The host's time when the plan was made. */
  readonly since: number;
  /** Whether nothing was in force before. */
  readonly first: boolean;
}

/** A log that can't be read in this time leaves the promise unproven, and the release in force. */
const withinMs = 20_000;

/**
 * Counts the requests that got no whole answer since the plan was made, and keeps that as evidence. It is about what is over: whatever it
 * finds, and whatever keeps it from finding anything, is told and takes nothing back.
 */
export const countLost: Operation<CountLostInput, ReleaseWorld> = {
  kind: "count-lost",
  async run(input, { world, now, signal, warn }) {
    const { release, environment, command, since, first } = input;
    const at = now();
    const by = `cozy ${command} ${environment}`;
    const about = { format: 1, promise: "no-lost-request", at, release, backup: undefined, by } as const;
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
      const host = world.host(input.host);
      const { counts } = await host.countRequests([{ from: since, to: at, firstDeploy: first }], within);
      const [requests] = counts;
      if (requests === undefined) throw new Error("nothing was counted");
      const judged = judgeLost(requests, input);
      await world.evidence.record({ ...about, ...judged });
      if (judged.outcome !== "kept") warn(`${judged.text}.`);
      return judged.text;
    } catch (error) {
      warn(`The requests that this ${command} may have lost could not be counted: ${messageOf(error)}`);
      return "not counted";
    }
  },
  verify: async () => true,
  deadlineMs: () => 2 * withinMs,
};
