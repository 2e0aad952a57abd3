import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import type { LaneRunner } from "./lane.ts";
import { runLane } from "./run-lane.ts";
import { runPlan } from "./run-plan.ts";
import { occasion, planOf } from "./testing/plans.ts";
import { engineOver, newShelf, put } from "./testing/shelf.ts";

const plan = planOf([
  ["a@1", "a@2"],
  ["b@1", "b@2"],
  ["c@1", "c@2"],
]);

describe("a host that does not report while it takes something back", () => {
  it("is asked once, and everything of it is left for an abort", async () => {
    const shelf = newShelf();
    let asked = 0;
    const parts = { kinds: { put }, world: shelf, now: () => 0 };
    const reports: LaneRunner = { run: (order, tell, signal) => runLane(parts, order, tell, signal) };
    const silent: LaneRunner = {
      async run(order, tell, signal) {
        if (order.direction === "run" && !order.operations.some(({ id }) => id === "c@2"))
          return reports.run(order, tell, signal);
        if (order.direction === "undo") asked += 1;
        throw new CozyError("host-connection-lost", { message: "the connection was lost" });
      },
    };
    const of = (host: string) => (host === "2" ? silent : reports);
    const engine = engineOver(shelf, { lanes: { kinds: new Set(["put"]), of } });
    const { outcome, error } = await runPlan(plan, occasion, engine);
    expect(outcome).toBe("interrupted");
    expect(error).toMatchObject({ code: "undo-incomplete" });
    expect(error?.details).toHaveLength(3);
    expect(asked).toBe(1);
    expect([...shelf.things]).toEqual(["a@2", "b@2"]);
  });
});
