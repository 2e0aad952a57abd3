import { describe, expect, it } from "vitest";
import { inSoak } from "../../support/soak.ts";
import type { Way } from "./kill-story.ts";
import { faultsAt, killedInTurn, operationsBeside } from "./killed-in-turn.ts";
import type { Stage } from "./stage.ts";

type What = "deploy" | "rollback";

const start = ["start-instances-web", "await-ready", "smoke", "publish-static"];
const serve = ["switch-routes", "prove-served", "set-current"];

/** What a deploy and a rollback of the application hold on each of two hosts, and once, without what tidies up. */
const operations: Readonly<Record<What, readonly string[]>> = {
  deploy: [
    "build-artifact@host1",
    ...onBoth(["place-release", "ensure-agents", ...start]),
    "run-hook-beforeSwitch@host1",
    ...onBoth(serve),
    "run-hook-afterDeploy@host1",
    "count-lost@host1",
  ],
  rollback: [...onBoth([...start, ...serve]), "run-hook-afterRollback@host1", "count-lost@host1"],
};

/** In `make test`: where a lane is under way, where one host may have switched and the other not, and where all of it is in force. */
const usual: Readonly<Record<Way, Readonly<Record<What, readonly string[]>>>> = {
  resume: { deploy: ["in:switch-routes@host2"], rollback: ["after:switch-routes@host1"] },
  abort: { deploy: ["in:start-instances-web@host2", "after:switch-routes@host1"], rollback: [] },
};

const tidying = /^(retire-instances|end-warm-instances|prune-releases)/;
const timeoutMs = inSoak ? 3_600_000 : 300_000;

export function killedDeployer(stage: () => Stage): void {
  describe("a deployer that is killed while two hosts are at work", () => {
    it("can be killed at what this file names, and at nothing else", async () => {
      expect(await operationsBeside(stage(), tidying)).toEqual(operations.deploy.toSorted());
    });

    it.each(["resume", "abort"] as const)(
      "leaves what %s from another machine ends",
      { timeout: timeoutMs },
      async (way) => {
        const kills = { deploy: faults(way, "deploy"), rollback: faults(way, "rollback") };
        expect(await killedInTurn(stage(), way, kills)).toEqual([]);
      },
    );
  });
}

function onBoth(kinds: readonly string[]): string[] {
  return kinds.flatMap((kind) => [`${kind}@host1`, `${kind}@host2`]);
}

function faults(way: Way, what: What): readonly string[] {
  if (!inSoak) return usual[way][what];
  return faultsAt(way, operations[what]);
}
