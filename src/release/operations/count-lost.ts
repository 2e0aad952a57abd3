import type { Operation } from "../../engine/operation.ts";
import type { Host } from "../../hosts/host.ts";
import { judgeLost } from "../../promises/judge-lost.ts";
import type { CountSpan, RequestCounts } from "../../promises/request-counts.ts";
import { sumRequests } from "../../promises/sum-requests.ts";
import { messageOf } from "../../shared/thrown.ts";
import type { Fleet } from "../fleet.ts";
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
  /** The other hosts of a fleet, each with its own time then. */
  readonly others?: readonly { readonly host: string; readonly since: number; readonly first: boolean }[];
}

/** What else is counted than the keeper's requests: nothing where there is but one host. */
export function othersCounted([, ...others]: Fleet): Pick<CountLostInput, "others"> {
  if (others.length === 0) return {};
  return {
    others: others.map(({ host, clock, current }) => ({ host, since: clock, first: current === undefined })),
  };
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
    const { release, environment, command } = input;
    const at = now();
    const by = `cozy ${command} ${environment}`;
    const about = { format: 1, promise: "no-lost-request", at, release, backup: undefined, by } as const;
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
      const judged = judgeLost(await countedOf(input, world, at, within), input);
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

async function countedOf(
  { host, since, first, others }: CountLostInput,
  world: ReleaseWorld,
  at: number,
  signal: AbortSignal,
): Promise<RequestCounts> {
  if (others === undefined)
    return countedOn(world.host(host), { from: since, to: at, firstDeploy: first }, signal);
  // Each host's log has its own times, and clocks may be apart: all until now is counted.
  const to = Number.MAX_SAFE_INTEGER;
  const counts = await Promise.all(
    [{ host, since, first }, ...others].map((one) =>
      countedOn(world.host(one.host), { from: one.since, to, firstDeploy: one.first }, signal),
    ),
  );
  return sumRequests(counts);
}

async function countedOn(host: Host, span: CountSpan, signal: AbortSignal): Promise<RequestCounts> {
  const [requests] = (await host.countRequests([span], signal)).counts;
  if (requests === undefined) throw new Error("nothing was counted");
  return requests;
}
