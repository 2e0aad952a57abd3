import * as z from "zod/mini";
import { documented, object, optional } from "./doc.ts";
import { duration, positive } from "./values.ts";

const probability = documented(z.number().check(z.gt(0), z.lt(1)), {
  expects: "a probability between 0 and 1, such as 0.01",
});

const share = documented(z.int().check(z.gte(1), z.lte(99)), {
  expects: "a share of the traffic in whole hundredths, from 1 to 99",
});

const factor = documented(z.number().check(z.gte(1)), { expects: "a factor from 1 on, such as 1.25" });

export const inconclusiveAnswers = ["hold", "extend", "ask", "go-on", "roll-back"] as const;

/** What watches a release that takes traffic. A new set each time, so that each place has its own documentation. */
function watchFields() {
  return {
    bake: optional(duration, "How long each step is watched at least.", "`5m`"),
    inconclusive: optional(
      documented(z.enum(inconclusiveAnswers), {
        expects: `one of ${inconclusiveAnswers.map((answer) => `"${answer}"`).join(", ")}`,
      }),
      "What happens when the last step is over and the evidence suffices neither way: go on watching until it does or a person decides (`hold`), watch for `extend` longer and then go back (`extend`), wait for a person (`ask`), put the release into force all the same (`go-on`), or go back (`roll-back`).",
      '`"hold"`',
    ),
    extend: optional(duration, "How much longer `extend` watches.", "twice `bake`"),
    alpha: optional(
      probability,
      "How likely a release that is no worse may be taken back, however long it is watched.",
      "`0.01`",
    ),
    beta: optional(
      probability,
      "How likely a release that fails more often than `maxErrorRate` may be promoted.",
      "`0.05`",
    ),
    maxErrorRate: optional(
      probability,
      "The share of failed requests that a release must be shown to stay below.",
      "`0.05`",
    ),
    errorMargin: optional(
      factor,
      "How many times the errors of the stable release are no reason to go back.",
      "`1`",
    ),
    slowMargin: optional(factor, "The same for slow requests.", "`1.5`"),
    slow: optional(
      duration,
      "From which duration on a request counts as slow.",
      "the 95th percentile of the stable release",
    ),
    minRequests: optional(
      positive,
      "Requests that the release must have served before it can be promoted.",
      "`20`",
    ),
  };
}

const switchStrategy = object(
  "SwitchStrategy",
  "All traffic moves at once.",
  {
    kind: z.literal("switch"),
    watch: optional(
      object(
        "WatchOptions",
        "How a release that takes traffic is watched, and when it goes back by itself.",
        watchFields(),
      ),
      "Watches the release after the switch, against the one before, and takes it back by itself. The old release's workers stay until it is over.",
      "not watched",
    ),
  },
  "`switchAtOnce({ … })`",
);

const canaryStrategy = object(
  "CanaryStrategy",
  "A share of the traffic moves first, and the release that serves it is compared with the stable one.",
  {
    kind: z.literal("canary"),
    steps: optional(
      documented(z.array(share).check(z.minLength(1)), { expects: "a list of shares in whole hundredths" }),
      "The shares, one after the other; all of the traffic follows the last. A quiet site wants 20 rather than 5: each failed request of the canary tells most when the shares are alike.",
      "`[20, 50]`",
    ),
    ...watchFields(),
  },
  "`canary({ … })`",
);

export const strategy = documented(z.union([switchStrategy, canaryStrategy]), {
  name: "Strategy",
  about: "How the traffic moves to a new release: `switchAtOnce({ … })` or `canary({ … })`.",
  expects: "`switchAtOnce({ … })` or `canary({ … })`",
});
