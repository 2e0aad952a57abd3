import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { hasStrings, isFields, readKept, writeKept } from "../artifacts/kept-file.ts";
import type { Watch } from "../project/project.ts";
import { systemCode } from "../shared/thrown.ts";
import type { PageCounts } from "./traffic.ts";
import type { ArmCounts, Baseline, Tick, Verdict } from "./verdict.ts";

/** All that was seen of a release that was watched: `<canaries>/<release>.json`, written anew at each tick. */
export interface CanaryEvidence {
  readonly format: 1;
  readonly release: string;
  readonly environment: string;
  /** What it was compared with. */
  readonly stable: readonly string[];
  /** `switch`: all traffic moved at once, and the comparison is with the time before. */
  readonly kind: "canary" | "switch";
  /** When the first share had moved; milliseconds since the epoch, like all times here. */
  readonly startedAt: number;
  readonly tickMs: number;
  readonly watch: Watch;
  readonly baseline: Baseline;
  readonly steps: readonly WatchedStep[];
  readonly ticks: readonly Tick[];
  /** What the release before served, a tick each, the newest first; only where all traffic moved at once. */
  readonly before: readonly ArmCounts[];
  /** Pages of the release that failed or were slow, the worst first. */
  readonly pages: readonly PageCounts[];
  /** What said no without any statistics. */
  readonly gates: readonly string[];
  readonly verdict: Verdict | undefined;
  readonly outcome: CanaryOutcome;
  /** What decided it beside the verdict: `alice@laptop: promote`, `inconclusive: go-on`. */
  readonly decidedBy?: string | undefined;
}

/** `taken-back`: by something else than its verdict, such as an interrupt or a step that came after. */
export type CanaryOutcome = "watching" | "promoted" | "rolled-back" | "taken-back";

export interface WatchedStep {
  readonly share: number;
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
}

/** Where evidence is kept, as the operations see it. */
export interface CanaryFiles {
  read(release: string): Promise<CanaryEvidence | undefined>;
  write(evidence: CanaryEvidence): Promise<void>;
}

export function canaryFiles(folder: string): CanaryFiles {
  return {
    read: (release) => readKept(fileOf(folder, release), isEvidence),
    async write(evidence) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeKept(
        fileOf(folder, evidence.release),
        { ...evidence, verdict: writable(evidence.verdict) },
        0o600,
      );
    },
  };
}

/** The releases that were watched, the newest first. */
export async function watchedReleases(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  return names
    .filter((name) => name.endsWith(".json"))
    .map((name) => name.slice(0, -".json".length))
    .toSorted()
    .toReversed();
}

/** JSON has no infinity, which an E-value may well reach. */
export function writable(verdict: Verdict | undefined): Verdict | undefined {
  if (verdict === undefined) return undefined;
  const finite = (value: number) => Math.min(value, Number.MAX_VALUE);
  return {
    ...verdict,
    metrics: verdict.metrics.map((metric) => ({ ...metric, eValue: finite(metric.eValue) })),
    promotion: { ...verdict.promotion, eValue: finite(verdict.promotion.eValue) },
  };
}

function fileOf(folder: string, release: string): string {
  return join(folder, `${release}.json`);
}

function isEvidence(value: unknown): value is CanaryEvidence {
  return (
    hasStrings(value, "release", "environment", "kind", "outcome") &&
    typeof value["startedAt"] === "number" &&
    typeof value["tickMs"] === "number" &&
    isFields(value["watch"]) &&
    isFields(value["baseline"]) &&
    (["stable", "steps", "ticks", "before", "pages", "gates"] as const).every((name) =>
      Array.isArray(value[name]),
    )
  );
}
