import type { Plan } from "../release/plan.ts";

/** The operations of a plan, phase by phase, as `cozy plan` prints them. */
export function planText(plan: Plan): string {
  const from = plan.previous === undefined ? "the first release" : `now ${plan.previous}`;
  return [
    `${plan.command} of ${plan.project} to ${plan.environment}: ${plan.release} (${from})`,
    ...plan.phases.flatMap(({ title, committed, operations }) => [
      "",
      `${title}${committed ? "  (the release is in force by now: nothing here is taken back)" : ""}`,
      ...operations.map(({ title: step, host }) => `  ${step}  @${host}`),
    ]),
  ].join("\n");
}
