import { CozyError } from "../errors/cozy-error.ts";
import { lookAtModules } from "./node-dependencies.ts";
import { type StepPorts, type StepResult, runInStep, took } from "./setup-step.ts";
import type { Workplace } from "./workplace.ts";

// Development packages too, though a shell may have NODE_ENV=production.
const install = ["npm", "ci", "--include=dev", "--no-audit", "--no-fund"];

/** `node_modules` as the lock file says. */
export async function installModules(place: Workplace, ports: StepPorts): Promise<StepResult> {
  const fact = await lookAtModules(place.folder);
  if (fact.state === "fine")
    return { outcome: "up-to-date", detail: "node_modules is as the lock file says" };
  if (fact.state === "not-locked") {
    throw new CozyError("setup-not-possible", {
      message: `The dependencies of ${place.folder} can't be installed by cozy: ${fact.what}.`,
      state: "Nothing was installed.",
      next: fact.next,
    });
  }
  const { tookMs } = await runInStep("dependencies", install, place, ports);
  return { outcome: "done", detail: `${fact.what}; npm ci installed them ${took(tookMs)}` };
}
