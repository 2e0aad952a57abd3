import { watchOf } from "../../canary/testing/ticks.ts";
import type { WatchReleaseInput } from "./watch-release.ts";

/** A canary whose steps are so short that a test can wait for them. */
export const shortWatch = watchOf(160, 120);

export const watchInput: WatchReleaseInput = {
  host: "fake",
  release: "new",
  environment: "staging",
  stable: ["old"],
  kind: "canary",
  share: 20,
  steps: [20],
  last: true,
  watch: shortWatch,
  tickMs: 20,
  check: { path: "/ready", status: 200, timeoutMs: 1_000 },
  instances: 2,
};
