import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { FailuresLast } from "./test/support/failures-last.ts";
import { LongestFirst } from "./test/support/longest-first.ts";
import { inSoak } from "./test/support/soak.ts";

/** vitest itself leaves one core for its own, which is half of a machine with two; and some file always waits for something. */
const unitsAtOnce = Math.max(2, availableParallelism()) + 1;
/** Stories and faults run the built CLI under load. Two of them leave an eighth of two cores idle; with more than three, each only takes longer. */
const storiesAtOnce = 3;
const labsAtOnce = 2;

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
          // A process for each of 300 files takes longer than most of the files. None leaves anything behind for the next one.
          isolate: false,
          // Hundreds of programs are started from their sources, which takes each four times as long when nothing is compiled yet.
          env: {
            NODE_COMPILE_CACHE: fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url)),
          },
          // A busy machine is no fault of a test; what has to be quick says so itself.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: unitsAtOnce,
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
          // Beside the stories, so that the first of these fill what the last of those leave idle; in `make soak` there is time for one after the other.
          sequence: { groupOrder: inSoak ? 2 : 1 },
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          // Minutes each; `make soak` has the time.
          exclude: inSoak
            ? []
            : [
                "test/lab/{balancer,examples,judgement-django,setup,side-by-side,site}.test.ts",
                "test/lab/faults/**",
              ],
          globalSetup: ["test/support/shared-home.ts", "test/lab/tell-left-labs.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: labsAtOnce,
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
