import { describe, expect, it } from "vitest";
import { styleOf } from "../events/marks.ts";
import { ledgerOf } from "../promises/ledger.ts";
import { dayMs } from "../shared/duration.ts";
import { sampleBackup, sampleEvidence, sampleFacts, sampleNow } from "../promises/testing.ts";
import { reportText } from "./promises-report.ts";
import { ledgerText } from "./promises-text.ts";

const plain = styleOf({ colour: false, unicode: true });

/** A drill that is too long ago, and a damaged backup. */
function failing() {
  const { kept, evidence } = sampleFacts();
  const damaged = sampleBackup(sampleNow - 33 * 3_600_000, {
    fault: "database.sqlite has 3 bytes instead of 4096",
  });
  const drill = sampleEvidence("recovery.rto", {
    at: sampleNow - 45 * dayMs,
    measured: 12_400,
    details: ["restored: 4.1 s", "old | new"],
  });
  return sampleFacts({
    kept: [...kept.slice(0, 5), damaged],
    evidence: { ...evidence, "recovery.rto": [drill] },
  });
}

describe("the ledger as text", () => {
  it("is a line a promise where all are kept", () => {
    expect(ledgerText(ledgerOf(sampleFacts()), plain, "shop").split("\n")).toEqual([
      "shop production  20261120-090000-abc1234  all 8 promises kept",
      "",
      "    promise             declared                   measured               when        by",
      "  ✓ recovery.rto        4 h                        12 s                   3 d ago     cozy drill production",
      "  ✓ recovery.rpo        1 d                        newest backup 9 h old  3 d ago     cozy drill production",
      "  – data.media          not promised",
      "  ✓ backups-restorable  every backup               7 of 7 sound           3 d ago     cozy drill production",
      "  ✓ retention           7 d                        oldest 6.3 d           now         cozy promises production",
      "  ✓ availability        99.9 % over 30 d           99.965 %               now         cozy promises production",
      "  ✓ latency             p95 300 ms over 1 d        p95 212 ms             now         cozy promises production",
      "  ✓ no-lost-request     every deploy and rollback  0 lost                 3 d ago     cozy deploy production",
      "  ✓ schedule.cleanup    every hour                 succeeded              59 min ago  its schedule",
    ]);
  });

  it("says below why one is not kept, and what to do", () => {
    expect(ledgerText(ledgerOf(failing()), plain, "shop").split("\n")).toEqual([
      "shop production  20261120-090000-abc1234  2 broken, 1 not proven, 5 kept",
      "",
      "    promise             declared                   measured               when        by",
      "  ! recovery.rto        4 h                        12 s                   45 d ago    cozy drill production",
      "  ✗ recovery.rpo        1 d                        newest backup 2 d old  3 d ago     cozy drill production",
      "  – data.media          not promised",
      "  ✗ backups-restorable  every backup               5 of 6 sound           3 d ago     cozy drill production",
      "  ✓ retention           7 d                        oldest 6.3 d           now         cozy promises production",
      "  ✓ availability        99.9 % over 30 d           99.965 %               now         cozy promises production",
      "  ✓ latency             p95 300 ms over 1 d        p95 212 ms             now         cozy promises production",
      "  ✓ no-lost-request     every deploy and rollback  0 lost                 3 d ago     cozy deploy production",
      "  ✓ schedule.cleanup    every hour                 succeeded              59 min ago  its schedule",
      "",
      "recovery.rto is not proven: the last drill was 45 d ago, and a drill proves it for 30 d.",
      "  cozy drill production",
      "",
      "recovery.rpo is broken: the newest sound backup, 20261122T030000Z-daily, is 2 d old: older than 1 d.",
      "  cozy backup production",
      "",
      "backups-restorable is broken: 20261123T030000Z-daily is damaged: database.sqlite has 3 bytes instead of 4096.",
      "  cozy backups production",
    ]);
  });

  it("is ASCII where the terminal is, and lets nothing act on it that others wrote", () => {
    const style = styleOf({ colour: false, unicode: false });
    const fault = "\u001b[2Jgone\r\nx";
    const facts = sampleFacts({ kept: [sampleBackup(sampleNow, { fault })] });
    const text = ledgerText(ledgerOf(facts), style, "shop");
    expect(text).toContain("  x backups-restorable");
    expect(text).toContain("20261124T120000Z-daily is damaged: gonex.");
    // oxlint-disable-next-line no-control-regex -- just what must not be there
    expect(text).toMatch(/^[\x0a\x20-\x7e]*$/);
  });
});

describe("the report", () => {
  it("has what was declared and measured, why, and each measurement, in Markdown", () => {
    const facts = failing();
    const about = { project: "shop", version: "0.4.0" };
    expect(reportText(ledgerOf(facts), facts.evidence, about).split("\n")).toEqual([
      "# Promises of shop production",
      "",
      "As of 2026-11-24 12:00:00 UTC. Release in force: `20261120-090000-abc1234`. Printed by `cozy promises production --markdown`, cozy 0.4.0.",
      "",
      "**Together: broken.** 5 kept, 2 broken, 1 not proven, 1 not promised.",
      "",
      "| Promise | State | Declared | Measured | At (UTC) | Proves it for | Release | Backup | By |",
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
      "| recovery.rto | not proven | 4 h | 12 s | 2026-10-10 12:00:00 | 30 d | `20261120-090000-abc1234` | `20261121T030000Z-daily` | `cozy drill production` |",
      "| recovery.rpo | **broken** | 1 d | newest backup 2 d old | 2026-11-21 12:00:00 | 30 d | `20261120-090000-abc1234` | `20261121T030000Z-daily` | `cozy drill production` |",
      "| data.media | not promised |  |  |  |  |  |  |  |",
      "| backups-restorable | **broken** | every backup | 5 of 6 sound | 2026-11-21 12:00:00 | 30 d | `20261120-090000-abc1234` | `20261121T030000Z-daily` | `cozy drill production` |",
      "| retention | kept | 7 d | oldest 6.3 d | 2026-11-24 12:00:00 |  |  |  | `cozy promises production` |",
      "| availability | kept | 99.9 % over 30 d | 99.965 % | 2026-11-24 12:00:00 |  | `20261120-090000-abc1234` |  | `cozy promises production` |",
      "| latency | kept | p95 300 ms over 1 d | p95 212 ms | 2026-11-24 12:00:00 |  | `20261120-090000-abc1234` |  | `cozy promises production` |",
      "| no-lost-request | kept | every deploy and rollback | 0 lost | 2026-11-20 12:01:00 |  | `20261120-090000-abc1234` |  | `cozy deploy production` |",
      "| schedule.cleanup | kept | every hour | succeeded | 2026-11-24 11:00:02 | 1 h | `20261120-090000-abc1234` |  | its schedule |",
      "",
      "## Why",
      "",
      "- **recovery.rto** is not proven: the last drill was 45 d ago, and a drill proves it for 30 d.",
      "  - restored: 4.1 s",
      "  - old \\| new",
      "  - Next: `cozy drill production`",
      "- **recovery.rpo** is broken: the newest sound backup, 20261122T030000Z-daily, is 2 d old: older than 1 d.",
      "  - Next: `cozy backup production`",
      "- **data.media** is not promised: left out by `notPromised`: media files.",
      "- **backups-restorable** is broken: 20261123T030000Z-daily is damaged: database.sqlite has 3 bytes instead of 4096.",
      "  - Next: `cozy backups production`",
      "- **retention** is kept: the oldest backup is of 2026-11-18 03:00:00 UTC.",
      "- **availability** is kept: 42 of 120,000 requests failed or had no answer in 30 d.",
      "- **latency** is kept: 100 of 4,000 requests took longer than 300 ms in 1 d.",
      "- **no-lost-request** is kept: 1,204 requests in the deploy of 20261120-090000-abc1234, none lost.",
      "- **schedule.cleanup** is kept: its last success was 59 min ago.",
      "",
      "## Measurements",
      "",
      "The newest 20 of each promise that a command left evidence of; the others are measured anew each time.",
      "",
      "| At (UTC) | Promise | Outcome | What | Release | Backup | By |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      "| 2026-11-21 12:00:00 | recovery.rpo | kept | the newest row was 42 s old | `20261120-090000-abc1234` | `20261121T030000Z-daily` | `cozy drill production` |",
      "| 2026-11-21 12:00:00 | backups-restorable | kept | 1 backup was restored, whole | `20261120-090000-abc1234` | `20261121T030000Z-daily` | `cozy drill production` |",
      "| 2026-11-20 12:01:00 | no-lost-request | kept | 1,204 requests in the deploy of 20261120-090000-abc1234, none lost | `20261120-090000-abc1234` |  | `cozy deploy production` |",
      "| 2026-10-10 12:00:00 | recovery.rto | kept | as it should be | `20261120-090000-abc1234` | `20261121T030000Z-daily` | `cozy drill production` |",
      "",
      "A promise is *kept* or *broken* by a measurement that is young enough, and *not proven* without one. What is *not promised* is left out on purpose, and counts for nothing.",
    ]);
  });

  it("keeps its table and its page whose texts others wrote", () => {
    const text = "a | b \\| <script>\n# c";
    const evidence = { "recovery.rto": [sampleEvidence("recovery.rto", { outcome: "broken", text })] };
    const facts = sampleFacts({ evidence });
    const report = reportText(ledgerOf(facts), facts.evidence, { project: "shop", version: "0.4.0" });
    const row = report.split("\n").find((line) => line.includes("| broken |"));
    expect(row).toContain("| a \\| b \\| &lt;script># c |");
    expect(report).not.toMatch(/^# c/m);
  });
});
