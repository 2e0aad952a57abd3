import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { FailuresLast } from "./test/support/failures-last.ts";
import { LongestFirst } from "./test/support/longest-first.ts";
import { inSoak } from "./test/support/soak.ts";

/** vitest itself leaves one core for its own, which is half of a machine with two. */
const everyCore = Math.max(2, availableParallelism());
/** Stories and faults run the built CLI under load: with more of them at once, each only takes longer. */
const storiesAtOnce = 2;

/** Unit tests stand beside what they test. */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: ["default", new FailuresLast()],
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts"],
          // A busy machine is no fault of a test; what has to be quick says so itself.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: everyCore,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "story",
          include: ["test/stories/**/*.test.ts"],
          globalSetup: ["test/support/shared-home.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: storiesAtOnce,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "fault",
          include: ["test/faults/**/*.test.ts"],
          globalSetup: ["test/support/shared-home.ts"],
          testTimeout: 1_200_000,
          hookTimeout: 300_000,
          maxWorkers: storiesAtOnce,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          // Minutes each; `make soak` has the time.
          exclude: inSoak ? [] : ["test/lab/{balancer,examples,setup,site}.test.ts", "test/lab/faults/**"],
          globalSetup: ["test/support/shared-home.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: storiesAtOnce,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 240_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
