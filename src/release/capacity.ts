import { CozyError } from "../errors/cozy-error.ts";
import type { Environment } from "../project/project.ts";
import { listed } from "../shared/words.ts";
import { connectionFindings, type ServerConnections } from "./capacity-connections.ts";
import { diskFinding, type DiskWants } from "./capacity-disk.ts";
import type { CapacityFinding } from "./capacity-finding.ts";
import { memoryFinding } from "./capacity-memory.ts";
import type { HostStarts } from "./host-starts.ts";

/** What a command starts beside what runs, and what there is for it. */
export interface CapacityFacts {
  readonly environment: Environment;
  /** Every host of the fleet: what runs on one counts even where nothing is started. */
  readonly hosts: readonly HostStarts[];
  /** What is laid on disks, by host; nothing on the others. */
  readonly disks: Readonly<Record<string, DiskWants>>;
  /** What the database's own server says; absent where it was not or could not be asked. */
  readonly connections: ServerConnections | undefined;
}

/** Looks at memory, disk and database connections for what runs and what is started at once, before anything starts. Pure. */
export function capacityFindings({
  environment,
  hosts,
  disks,
  connections,
}: CapacityFacts): readonly CapacityFinding[] {
  return [
    ...hosts.flatMap((host) => (host.starts.length === 0 ? [] : [memoryFinding(host, hosts)])),
    ...hosts.flatMap(({ observed }) => {
      const wants = disks[observed.host];
      return wants === undefined ? [] : [diskFinding(observed, wants)];
    }),
    ...connectionFindings(environment, hosts, connections),
  ];
}

/** How things stand where there is not enough, and what to do then. */
export interface LackAdvice {
  readonly state: string;
  readonly next: string;
}

const runAgain: LackAdvice = {
  state: "Nothing was changed.",
  next: "Make room in one of these ways, then run the same command again.",
};

/** Refuses what there is not enough for, with all numbers at once. `what` is to be started: "the new release beside the old one". */
export function refuseLack(
  findings: readonly CapacityFinding[],
  what: string,
  { state, next }: LackAdvice = runAgain,
): void {
  const lacks = findings.filter(({ verdict }) => verdict === "not-enough");
  if (lacks.length === 0) return;
  const subjects = [...new Set(lacks.map(({ subject }) => subjectWords[subject]))];
  throw new CozyError("capacity-lacking", {
    message: `There is not enough ${listed(subjects)} for ${what}.`,
    details: lacks.flatMap(({ text, advice }) => [text, `  ${advice}`]),
    state,
    next,
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
