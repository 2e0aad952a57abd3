import { describe, expect, it } from "vitest";
import type { OperationContext } from "../../engine/operation.ts";
import { outcomeOf, type Finding } from "../../rehearsal/verdict.ts";
import { sampleWorld } from "../testing.ts";
import type { ReleaseWorld } from "../world.ts";
import { rehearse, type RehearseInput } from "./rehearse.ts";

const input: RehearseInput = {
  host: "fake",
  release: "r2",
  previous: "r1",
  environment: "production",
  migrate: ["node", "migrate.js"],
  migrateWithinMs: 1_000,
  notProven: "go-on",
};
const pass: Finding = { name: "restored", outcome: "pass", text: "in 1 s" };
const open: Finding = { name: "table venues", outcome: "not proven", text: "no check wrote to it" };
const bad: Finding = {
  name: "old release",
  outcome: "fail",
  text: "POST /bookings: 500 instead of 303",
  details: ["statement: INSERT INTO bookings (city)"],
};

async function run(findings: readonly Finding[], change: Partial<RehearseInput> = {}) {
  const warnings: string[] = [];
  const lines: string[] = [];
  const world: ReleaseWorld = {
    ...sampleWorld(),
    rehearser: {
      rehearse: async ({ release, previous }) => ({
        format: 1,
        release,
        previous,
        backup: "b1",
        at: 0,
        durationMs: 1,
        outcome: outcomeOf(findings),
        findings,
        schemaChanges: ["- venues.city text"],
      }),
    },
  };
  const context: OperationContext<ReleaseWorld> = {
    world,
    signal: new AbortController().signal,
    token: 1,
    now: () => 0,
    progress: () => undefined,
    output: (_, line) => void lines.push(line),
    warn: (message) => void warnings.push(message),
    note: () => undefined,
    watched: () => undefined,
  };
  const note = await rehearse.run({ ...input, ...change }, context);
  return { note, warnings, lines };
}

describe("the rehearsal within a deploy", () => {
  it("goes on where all was shown, and prints the verdict", async () => {
    const { note, warnings, lines } = await run([pass]);
    expect(note).toBe("pass: 1 of 1 findings");
    expect(warnings).toEqual([]);
    expect(lines.at(-1)).toContain("rehearsal of r2, against r1: pass");
  });

  it("refuses a release that fails, with the request and the statement", async () => {
    await expect(run([pass, open, bad])).rejects.toMatchObject({
      code: "rehearsal-failed",
      message: "The rehearsal of r2 failed: old release: POST /bookings: 500 instead of 303.",
      details: [
        "  statement: INSERT INTO bookings (city)",
        "schema, as the migrations change it:",
        "  - venues.city text",
      ],
      next: expect.stringContaining("cozy rehearse production"),
    });
  });

  it("says what is not proven and goes on, or refuses it as declared", async () => {
    const { note, warnings } = await run([pass, open]);
    expect(note).toBe("not proven: 1 of 2 findings");
    expect(warnings).toEqual(["Not proven by the rehearsal: writes to venues."]);
    await expect(run([pass, open], { notProven: "refuse" })).rejects.toMatchObject({
      code: "rehearsal-not-proven",
      details: ["table venues: no check wrote to it", expect.any(String), expect.any(String)],
    });
  });

  it("never refuses the first release, on which nothing can be shown", async () => {
    const { note } = await run([open], { previous: null, notProven: "refuse" });
    expect(note).toContain("not proven");
  });
});
