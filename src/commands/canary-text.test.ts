import { describe, expect, it } from "vitest";
import { sampleEvidence } from "../canary/testing/evidence-sample.ts";
import { styleOf } from "../events/marks.ts";
import { evidenceText } from "./canary-text.ts";

const evidence = sampleEvidence();
const plain = styleOf({ colour: false, unicode: true });
const now = evidence.startedAt + 66_000;

describe("what cozy canary prints", () => {
  it("says all of it", () => {
    expect(evidenceText(evidence, plain, now)).toMatchInlineSnapshot(`
      "20261124-120000-3f2a1bc  was rolled back

        23 of 1,000 distinct requests to the release failed (2.3 %), of the stable release 0 of 3,400 (0 %).

        watched    for 1 min 6 s since 2026-11-24 12:00:00 UTC, beside it
        against    20261123-090000-aaaaaaa
        past       4,210 requests of the stable release in 1 h; slow from 180 ms on, its 95th percentile
        counted    distinct requests: a client counts once for each kind of page in 3 s
        bursts     factor 1.4 for errors, 1.2 for slow requests
        evidence   ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▅█  p 0.0007, rolled back at 0.01
        promotion  fewer than 5 % fail: 14 more distinct requests without an error would show it
        errors     this much traffic shows 1.1 % or more, fewer probably not
        slow       this much traffic shows 8.6 % or more (3.3 times as many), fewer probably not

        share  new release                                                         stable release
        20 %   1,200 requests, 800 distinct: 0 failed, 20 slow (2.5 %)             4,800 requests, 3,200 distinct: 0 failed, 80 slow (2.5 %)
        50 %   300 requests, 200 distinct: 23 failed (12 %), 2 slow (1 %)          300 requests, 200 distinct: 0 failed, 8 slow (4 %)
        all    1,500 requests, 1,000 distinct: 23 failed (2.3 %), 22 slow (2.2 %)  5,100 requests, 3,400 distinct: 0 failed, 88 slow (2.6 %)

        Pages of the release that failed or were slow, in requests:
          GET /venues/:n: 500, 502 in 23 of 240 (9.6 %); stable 0 of 240"
    `);
  });

  it("tells of a switch what came before, who decided, and that nobody watches any more", () => {
    const text = evidenceText(
      { ...evidence, kind: "switch", outcome: "watching", decidedBy: "ada@laptop: promote", steps: [] },
      plain,
      now + 600_000,
    );
    expect(text).toContain("Decided by ada@laptop: promote.");
    expect(text).toContain("after all traffic had moved, and compared with the time before");
    expect(text).toContain("release before");
    expect(text).toContain("last seen  10 min ago: nobody watches it just now (cozy status production)");
  });

  it("is there before anything was counted", () => {
    const text = evidenceText(
      { ...evidence, ticks: [], verdict: undefined, pages: [], outcome: "watching" },
      plain,
      now,
    );
    expect(text).toContain("is watched");
    expect(text).toContain("20 %   not counted yet");
  });
});
