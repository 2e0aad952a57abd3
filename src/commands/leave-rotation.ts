import type { PlanResult } from "../engine/ending.ts";
import type { Reporter } from "../events/event.ts";
import { messageOf } from "../errors/cozy-error.ts";
import type { OpenFleet } from "./open-hosts.ts";

const withinMs = 10_000;

/**
 * Has the balancer send nothing to hosts on which something could not be taken back: nobody knows what they serve. Where that is every
 * host, all stay, since a site that may be wrong is better than none.
 */
export async function takeOutOfRotation(
  { hosts }: Pick<OpenFleet, "hosts">,
  { leftHalfWay }: Pick<PlanResult, "leftHalfWay">,
  reporter: Reporter,
  now: () => number,
): Promise<void> {
  const half = hosts.filter(({ name }) => leftHalfWay.includes(name));
  if (half.length === 0 || half.length === hosts.length) return;
  const tell = (message: string) => reporter.report({ type: "warning", at: now(), message });
  await Promise.all(
    half.map(async (host) => {
      try {
        const signal = AbortSignal.timeout(withinMs);
        if ((await host.observe(signal)).inRotation !== true) return;
        await host.setRotation(false, signal);
        tell(
          `${host.name} was taken out of rotation. It comes back with the next release that is proven there.`,
        );
      } catch (error) {
        tell(`${host.name} could not be taken out of rotation: ${messageOf(error)}`);
      }
    }),
  );
}
