import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { verdictLines } from "../../rehearsal/verdict-text.ts";
import type { Finding, RehearsalVerdict } from "../../rehearsal/verdict.ts";
import type { ReleaseWorld } from "../world.ts";

export interface RehearseInput {
  readonly host: string;
  readonly release: string;
  readonly previous: string | null;
  readonly environment: string;
  readonly migrate: readonly string[] | null;
  readonly migrateWithinMs: number;
  readonly notProven: "go-on" | "refuse";
}

/**
 * Tries the release on restored data. Nothing of production was changed by then but files of a release that is not in force, so a
 * failure costs nothing but the deploy.
 */
export const rehearse: Operation<RehearseInput, ReleaseWorld> = {
  kind: "rehearse",
  async run(input, { world, signal, progress, output, warn }) {
    const { release, previous, environment, migrate, migrateWithinMs } = input;
    const verdict = await world.rehearser.rehearse(
      {
        release,
        previous: previous ?? undefined,
        migrate: migrate ?? undefined,
        migrateWithinMs,
        by: `cozy deploy ${environment}`,
      },
      progress,
      signal,
    );
    for (const line of verdictLines(verdict)) output("stdout", line);
    if (verdict.outcome === "fail") throw failed(verdict, environment);
    if (verdict.outcome === "pass")
      return `pass: ${verdict.findings.length} of ${verdict.findings.length} findings`;
    const open = verdict.findings.filter(({ outcome }) => outcome === "not proven");
    // Without a release in force there is nothing that could be proven, now or by trying again.
    if (input.notProven === "refuse" && previous !== null) throw notProven(verdict, open, environment);
    warn(`Not proven by the rehearsal: ${shortly(open)}.`);
    return `not proven: ${open.length} of ${verdict.findings.length} findings`;
  },
  verify: async () => false, // the newest backup may be another one by now
  deadlineMs: ({ migrateWithinMs }) => Math.min(migrateWithinMs * 3 + 3_600_000, 2 ** 31 - 1),
};

/** The first thing that failed is what the release did; that a contract was broken explains it. */
function failed(verdict: RehearsalVerdict, environment: string): CozyError {
  const bad = verdict.findings.filter(({ outcome }) => outcome === "fail");
  const more = ({ details = [] }: Finding) => details.map((line) => `  ${line}`);
  const [first, ...others] = bad;
  return new CozyError("rehearsal-failed", {
    message: `The rehearsal of ${verdict.release} failed: ${first?.name}: ${first?.text}.`,
    details: [
      ...(first ? more(first) : []),
      ...others.flatMap((finding) => [`${finding.name}: ${finding.text}`, ...more(finding)]),
      ...schema(verdict),
    ],
    next: `Change what failed, then cozy rehearse ${environment} tries it without deploying.`,
  });
}

function notProven(verdict: RehearsalVerdict, open: readonly Finding[], environment: string): CozyError {
  return new CozyError("rehearsal-not-proven", {
    message: `The rehearsal of ${verdict.release} left ${open.length} ${open.length === 1 ? "thing" : "things"} not proven, and ${environment} refuses that.`,
    details: [...open.map(({ name, text }) => `${name}: ${text}`), ...schema(verdict)],
    next: "Give the project smoke checks that show it, or take `notProven` out of the environment's `rehearsal`.",
  });
}

function schema({ schemaChanges }: RehearsalVerdict): string[] {
  return schemaChanges.length === 0
    ? []
    : ["schema, as the migrations change it:", ...schemaChanges.map((line) => `  ${line}`)];
}

/** Tables are many, and say the same. */
function shortly(open: readonly Finding[]): string {
  const tables = open.flatMap(({ name }) => (name.startsWith("table ") ? [name.slice("table ".length)] : []));
  const others = open
    .filter(({ name }) => !name.startsWith("table "))
    .map(({ name, text }) => `${name}: ${text}`);
  const wholes = tables.length === 0 ? [] : [`writes to ${tables.join(", ")}`];
  return [...others, ...wholes].join("; ");
}
