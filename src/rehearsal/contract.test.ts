import { describe, expect, it } from "vitest";
import { contractFinding } from "./contract.ts";
import type { SchemaChange } from "./schema-diff.ts";

const dropped = (path: string): SchemaChange => ({
  text: `- ${path} text`,
  table: path.split(".")[0] ?? "",
  dropped: path,
  destructive: "statements that name it fail",
});
const added = (path: string): SchemaChange => ({
  text: `+ ${path} text`,
  table: path.split(".")[0] ?? "",
  dropped: undefined,
  destructive: undefined,
});
const finding = (
  changes: readonly SchemaChange[],
  inForce: readonly string[] = [],
  declaredNow: readonly string[] = [],
) => contractFinding({ changes, inForce: { release: "r1", contract: inForce }, declaredNow });

describe("the contract of a release", () => {
  it("has nothing to say where nothing is dropped", () => {
    expect(finding([added("venues.town")])).toBeUndefined();
  });

  it.each([[["venues.city"]], [["venues"]]])("lets go what the release in force declares: %j", (contract) => {
    expect(finding([dropped("venues.city")], contract)).toMatchObject({ outcome: "pass" });
  });

  it.each([[[]], [["venues.cit"]], [["venue"]], [["venues.city.x"]], [["city"]]])(
    "refuses what it does not declare: %j",
    (contract) => {
      expect(finding([dropped("venues.city"), dropped("venues")], contract)).toMatchObject({
        outcome: "fail",
      });
    },
  );

  it("says how a drop is done in two releases, also where it is declared together with the drop", () => {
    const first = finding([dropped("venues.city")]);
    expect(first?.details?.[0]).toContain('says so with contract: ["venues.city"]');
    expect(first?.details).toHaveLength(2);
    const early = finding([dropped("venues.city")], [], ["venues.city"]);
    expect(early?.details?.[0]).toContain("has to wait for the next one");
  });

  it("says how a rename is done in steps", () => {
    const renamed = finding([dropped("venues.city"), added("venues.town")]);
    expect(renamed?.details?.[0]).toMatch(
      /venues\.city .* venues\.town: add venues\.town and have a release write both/,
    );
    expect(finding([dropped("venues.city"), added("rooms.town")])?.details).toHaveLength(2);
  });
});
