import type { HostState } from "../../hosts/host.ts";
import type { OperationContext } from "../../engine/operation.ts";
import type { InstanceStatus } from "../../instances/instance.ts";
import type { ReleaseWorld } from "../world.ts";
import type { WatchReleaseInput } from "./watch-release.ts";
import { watchedHosts } from "./watched-traffic.ts";

/** What says no without any statistics. */
export interface Gate {
  /** Asks the instances on their own sockets, and the supervisor how they are. */
  probe(): Promise<void>;
  /** In sentences: why the release can't go on. */
  readonly failed: readonly string[];
}

const mostRestarts = 3;
const failuresInARow = 5;
const probeWithinMs = 5_000;

/** The gates of every host that is watched: what one of them says counts for the fleet. */
export function createGates(input: WatchReleaseInput, context: GateContext): Gate {
  const gates = watchedHosts(input).map((host) => ({ host, gate: createGate(host, input, context) }));
  return {
    async probe() {
      await Promise.all(gates.map(({ gate }) => gate.probe()));
    },
    get failed() {
      return gates.flatMap(({ host, gate }) =>
        gates.length === 1 ? gate.failed : gate.failed.map((why) => `${host}: ${why}`),
      );
    },
  };
}

type GateContext = Pick<OperationContext<ReleaseWorld>, "world" | "signal">;

/** A look that fails says nothing of the release; five in a row say that it can't be watched. */
function createGate(
  name: string,
  { release, check, instances }: WatchReleaseInput,
  { world, signal }: GateContext,
): Gate {
  const host = world.host(name);
  let failed: readonly string[] = [];
  let unready = 0;
  let blind = 0;

  async function look(): Promise<void> {
    const [state, answers] = await Promise.all([
      host.observe(signal),
      host.smoke(
        release,
        [
          {
            kind: "request",
            path: check.path,
            status: check.status,
            text: undefined,
            headers: check.headers,
            withinMs: probeWithinMs,
          },
        ],
        signal,
      ),
    ]);
    if (!state.supervised) throw new Error(`no supervisor answers on ${name}`);
    const fault = answers.find(({ ok }) => !ok);
    unready = fault === undefined ? 0 : unready + 1;
    failed = [
      ...restarted(state, release),
      ...missing(state, release, instances),
      ...(fault !== undefined && unready >= failuresInARow
        ? [
            `${fault.check} on its own socket failed ${unready} times in a row (${fault.reason ?? "no answer"})`,
          ]
        : []),
    ];
  }

  return {
    async probe() {
      try {
        await look();
        blind = 0;
      } catch (error) {
        signal.throwIfAborted();
        blind += 1;
        if (blind >= failuresInARow) throw error;
      }
    },
    get failed() {
      return failed;
    },
  };
}

function webOf(state: HostState, release: string): InstanceStatus[] {
  return state.instances.filter(({ id }) => id.release === release && id.type === "web");
}

function restarted(state: HostState, release: string): string[] {
  return webOf(state, release)
    .filter(({ restarts }) => restarts >= mostRestarts)
    .map(({ id, restarts, lastExit }) => {
      const how = lastExit
        ? `, it last ended ${lastExit.signal ? `by ${lastExit.signal}` : `with ${lastExit.code}`}`
        : "";
      return `web.${id.index} of ${id.release} had to be started again ${restarts} times${how}`;
    });
}

function missing(state: HostState, release: string, instances: number): string[] {
  const there = webOf(state, release).filter((instance) => instance.state !== "stopped").length;
  if (there >= instances) return [];
  return [`${release} has ${there} of its ${instances} web instances`];
}
