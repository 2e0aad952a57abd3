import { availableParallelism } from "node:os";
import { moved, movedSinceAsked } from "./cozy.ts";
import type { Measured } from "./measure.ts";

export interface Goal {
  readonly met: boolean;
  readonly text: string;
}

/** A goal is told where what it takes was measured. */
export function goalsOf(all: readonly Measured[]): Goal[] {
  const cozy = all.filter(({ contestant }) => contestant === "cozy");
  if (cozy.length === 0) return [];
  return [nothingLost(cozy), ...faster(all), ...spreads(cozy), ...quickRollback(cozy), nobodyWaits(cozy)];
}

function nothingLost(cozy: readonly Measured[]): Goal {
  const failed = cozy.reduce((sum, one) => sum + one.failed, 0);
  const sent = cozy.reduce((sum, one) => sum + one.sent, 0);
  return { met: failed === 0, text: `no request is lost: ${failed} of ${sent}` };
}

const timesFaster = 5;

function faster(all: readonly Measured[]): Goal[] {
  const asked = all.filter(
    ({ hosts, delayMs, command }) => hosts === 4 && delayMs === 50 && command === "deploy",
  );
  const cozy = asked.find(({ contestant }) => contestant === "cozy");
  const [peer] = asked
    .filter(({ contestant }) => contestant !== "cozy")
    .toSorted((a, b) => a.medianMs - b.medianMs);
  if (cozy === undefined || peer === undefined) return [];
  const times = peer.medianMs / cozy.medianMs;
  const text = `a deploy to 4 hosts with 50 ms added is ${timesFaster} times faster than the fastest peer: ${times.toFixed(1)} times (${peer.contestant})`;
  return [{ met: times >= timesFaster, text }];
}

const mostSpread = 1.5;

/** Hosts of one's own would compute side by side: what the cores of this machine computed for the other fifteen is taken off. */
function spreads(cozy: readonly Measured[]): Goal[] {
  return cozy
    .filter(({ hosts, command }) => hosts === 16 && command === "deploy")
    .flatMap((many) => {
      const one = cozy.find(
        ({ hosts, delayMs, command }) => hosts === 1 && delayMs === many.delayMs && command === "deploy",
      );
      if (one === undefined) return [];
      const computedMs = (many.busyMs - one.busyMs) / availableParallelism();
      const times = (many.medianMs - computedMs) / one.medianMs;
      const whole = many.medianMs / one.medianMs;
      const text = `16 hosts take ${mostSpread} times as long as one at most, beyond what the cores must compute for the others: ${times.toFixed(1)} times, and ${whole.toFixed(1)} times with that, ${many.delayMs} ms added`;
      return [{ met: times <= mostSpread, text }];
    });
}

function quickRollback(cozy: readonly Measured[]): Goal[] {
  return cozy
    .filter(({ command }) => command === "rollback")
    .flatMap(({ hosts, delayMs, told }) => {
      const took = told[moved];
      if (took === undefined) return [];
      const within = delayMs === 0 ? 100 : 300;
      const text = `a rollback of ${hosts} warm ${hosts === 1 ? "host" : "hosts"} with ${delayMs} ms added has moved the traffic within ${within} ms of its plan's start: ${took.toFixed(0)} ms, ${(told[movedSinceAsked] ?? 0).toFixed(0)} ms after the command was given`;
      return [{ met: took <= within, text }];
    });
}

const longestWaitMs = 100;

function nobodyWaits(cozy: readonly Measured[]): Goal {
  const longest = Math.max(...cozy.map(({ longestMs, delayMs }) => longestMs - delayMs));
  const text = `no request waits longer than ${longestWaitMs} ms: ${longest.toFixed(0)} ms, without the delay`;
  return { met: longest <= longestWaitMs, text };
}
