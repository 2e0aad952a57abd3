import { describe, expect, it } from "vitest";
import { normaliseStrategy } from "../project/normalise-strategy.ts";
import { describeVerdicts } from "./describe-verdicts.ts";

const nothing = { recovery: undefined, availability: undefined, latency: undefined };

describe("what an environment asks of a release, in words", () => {
  it("is a line for the simplest one", () => {
    expect(
      describeVerdicts({
        strategy: normaliseStrategy(),
        backups: undefined,
        rehearsal: undefined,
        promises: nothing,
      }),
    ).toMatchObject({ strategy: "switch at once" });
  });

  it("tells all that can differ, and of the variables of a rehearsal the names alone", () => {
    const described = describeVerdicts({
      strategy: normaliseStrategy({ kind: "canary", bake: "2m", inconclusive: "extend", slow: "300ms" }),
      backups: {
        store: { kind: "directory", path: "/backups" },
        keepMs: 7 * 86_400_000,
        when: { kind: "calendar", patterns: ["0 3 * * *"], timeZone: "UTC" },
        weekly: { store: { kind: "directory", path: "/elsewhere" }, keepMs: 90 * 86_400_000 },
      },
      rehearsal: {
        variables: { PAYMENT_KEY: { from: "literal", value: "hunter2" } },
        notProven: "refuse",
        migrateWithinMs: 120_000,
      },
      promises: {
        recovery: {
          rtoMs: 4 * 3_600_000,
          rpoMs: 3_600_000,
          notPromised: ["media"],
          drillWithinMs: 604_800_000,
        },
        availability: { percent: 99.9, overMs: 30 * 86_400_000 },
        latency: { p95Ms: 300, overMs: 86_400_000 },
      },
    });
    expect(described).toEqual({
      strategy: "canary at 20 %, 50 %",
      "strategy bake": "2 min",
      "strategy inconclusive": "extend by 4 min",
      "strategy alpha, beta": "0.01, 0.05",
      "strategy most errors": "5 %",
      "strategy margins": "errors × 1, slow requests × 1.5",
      "strategy slow": "from 300 ms",
      "strategy fewest requests": "20",
      backups: "at 0 3 * * * in UTC, kept 7 d",
      "backups store": "/backups",
      "backups weekly": "kept 90 d",
      "backups weekly store": "/elsewhere",
      rehearsal: "not proven: refuse",
      "rehearsal migrations": "within 2 min",
      "rehearsal variables": "PAYMENT_KEY",
      "promise recovery": "RTO 4 h, RPO 1 h, drill within 7 d, without media",
      "promise availability": "99.9 % over 30 d",
      "promise latency": "p95 within 300 ms over 1 d",
    });
    expect(JSON.stringify(described)).not.toContain("hunter2");
  });
});
