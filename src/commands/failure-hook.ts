import type { PlanResult } from "../engine/ending.ts";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import type { Reporter } from "../events/event.ts";
import type { Plan } from "../release/plan.ts";
import type { ReleaseWorld } from "../release/world.ts";

const hookTimeoutMs = 60_000;

/**
 * Runs the hook `onFailure` of the release that serves, once everything has been taken back. It can't change the outcome: what it
 * fails with is a warning.
 */
export async function runFailureHook(
  plan: Plan,
  world: ReleaseWorld,
  result: PlanResult,
  reporter: Reporter,
  now: () => number,
): Promise<void> {
  if (!result.error || result.outcome === "committed") return;
  const signal = AbortSignal.timeout(hookTimeoutMs);
  try {
    const host = world.host(plan.phases[0]?.operations[0]?.host ?? "");
    const { current } = await host.observe(signal);
    if (current === undefined) return;
    const command = (await host.readRelease(current, signal)).hooks.onFailure;
    if (!command) return;
    const variables = {
      COZY_HOOK: "onFailure",
      COZY_RELEASE: plan.release,
      COZY_ERROR: result.error instanceof CozyError ? result.error.code : "defect",
    };
    const { exitCode } = await host.runOnce({ release: current, command, variables }, signal);
    if (exitCode !== 0) warn(`The hook onFailure ended with exit code ${exitCode}.`);
  } catch (error) {
    warn(`The hook onFailure could not be run: ${messageOf(error)}`);
  }

  function warn(message: string): void {
    reporter.report({ type: "warning", at: now(), message });
  }
}
