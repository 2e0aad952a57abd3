import { Refusal } from "./control-server.ts";
import type { InstanceRoster } from "./instance-roster.ts";
import type { StateWriter } from "./state-writer.ts";
import type { SupervisedProxy } from "./supervised-proxy.ts";

/** The two ways in which a supervisor ends on purpose. */
export interface Endings {
  /** Writes everything down and leaves the instances running, for a successor that begins at once. */
  leave(): Promise<void>;
  /** Stops everything. */
  shutDown(): Promise<void>;
  /** Orders are refused and nothing is started any more. */
  readonly isLeaving: () => boolean;
  /** All is done but the last answer. */
  readonly hasEnded: () => boolean;
}

export interface EndingsOptions {
  readonly state: StateWriter;
  readonly roster: InstanceRoster;
  readonly proxy: SupervisedProxy;
  /** What is done last, in this order. */
  readonly ended: readonly (() => void)[];
}

export function endings({ state, roster, proxy, ended }: EndingsOptions): Endings {
  let leaving = false;
  let over = false;

  const ending = async (how: () => Promise<void>): Promise<void> => {
    leaving = true;
    try {
      await how();
    } catch (error) {
      leaving = false;
      throw error;
    }
    // A successor may begin at any moment now: what this one writes would be out of date.
    await state.close();
    for (const step of ended) step();
    over = true;
  };

  return {
    leave: () =>
      ending(async () => {
        await proxy.settled();
        await state.save();
        const problem = state.problem();
        if (problem !== undefined)
          throw new Refusal("defect", `nothing could be handed to a successor: ${problem}`);
      }),
    shutDown: () =>
      ending(async () => {
        await proxy.stop();
        await roster.stopAll();
        await state.save();
        // Where the empty state can't be written, no state says the same.
        if (state.problem() !== undefined) state.remove();
      }),
    isLeaving: () => leaving,
    hasEnded: () => over,
  };
}
