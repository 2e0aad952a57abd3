import { CozyError } from "../errors/cozy-error.ts";
import { listed } from "../shared/words.ts";
import { connectionFindings, type ServerConnections } from "./capacity-connections.ts";
import { diskFinding } from "./capacity-disk.ts";
import type { CapacityFinding } from "./capacity-finding.ts";
import { memoryFinding } from "./capacity-memory.ts";
import { hostsOf, type FleetFacts } from "./fleet.ts";

/** What putting a release into force beside the one that serves takes, and what there is for it. */
export interface CapacityFacts extends FleetFacts {
  /** What the artifact takes on a host's disk, in bytes; not known before it is built, unless an earlier one tells. */
  readonly artifactBytes: number | undefined;
  /** What the database's own server says; absent where it was not or could not be asked. */
  readonly connections: ServerConnections | undefined;
}

/** Looks at memory, disk and database connections for two releases at once, before anything starts. Pure. */
export function capacityFindings(facts: CapacityFacts): readonly CapacityFinding[] {
  const hosts = hostsOf(facts);
  return [
    ...hosts.map(memoryFinding),
    ...hosts.map(({ observed }) => diskFinding(observed, facts.artifactBytes)),
    ...connectionFindings(facts.environment, hosts, facts.connections),
  ];
}

/** Refuses what there is not enough for, with all numbers at once. */
export function refuseLack(findings: readonly CapacityFinding[]): void {
  const lacks = findings.filter(({ verdict }) => verdict === "not-enough");
  if (lacks.length === 0) return;
  const subjects = [...new Set(lacks.map(({ subject }) => subjectWords[subject]))];
  throw new CozyError("capacity-lacking", {
    message: `There is not enough ${listed(subjects)} for the new release beside the old one.`,
    details: lacks.flatMap(({ text, advice }) => [text, `  ${advice}`]),
    state: "Nothing was changed.",
    next: "Make room in one of these ways, then run the same command again.",
  });
}

/** What could not be known, in as few sentences as can be: it is no pass. Pure. */
export function capacityWarnings(findings: readonly CapacityFinding[]): readonly string[] {
  const unknown = findings.filter(({ verdict }) => verdict === "not-known");
  return [...Map.groupBy(unknown, ({ advice }) => advice)].map(([advice, alike]) => {
    const bySubject = Map.groupBy(alike, ({ subject }) => subject);
    const subjects = listed([...bySubject.keys()].map((subject) => subjectWords[subject]));
    const why = [...bySubject.values()].map(fewOf).join("; ");
    return `Not known whether there is enough ${subjects}: ${why}. ${advice}`;
  });
}

/** Hosts mostly are alike, and a fleet may have many. */
function fewOf(findings: readonly CapacityFinding[]): string {
  const texts = findings.slice(0, 2).map(({ text }) => text);
  return [...texts, ...(findings.length > 2 ? [`${findings.length - 2} more hosts`] : [])].join(", ");
}

const subjectWords = {
  memory: "memory",
  disk: "room on the disk",
  connections: "room among the database's connections",
} as const satisfies Record<CapacityFinding["subject"], string>;
