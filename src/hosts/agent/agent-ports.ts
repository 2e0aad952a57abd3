import type { CanaryFiles } from "../../canary/evidence-file.ts";
import type { LaneRunner } from "../../engine/lane.ts";
import type { LeaseKeeper } from "../../engine/lease-keeper.ts";
import type { Past } from "../../engine/past.ts";
import type { Evidence, KeptEvidence, PromiseName } from "../../promises/evidence.ts";
import type { QuestionShelf } from "../../questions/question-shelf.ts";
import type { DatabaseBackups } from "../../recovery/backup.ts";
import type { Judge } from "../../recovery/judge.ts";
import type { DataRestorer } from "../../recovery/restorer.ts";
import type { GeneratedStore } from "../../secrets/generated-values.ts";
import type { Host } from "../host.ts";
import type { Methods } from "./remote-port.ts";
import type { Uploads } from "./uploads.ts";
import type { WholeArtifact } from "./whole-artifact.ts";
import type { KeptFiles } from "./kept-files.ts";
import type { ServedJournals } from "./served-journals.ts";

/** What the agent of a host serves of an environment. */
export interface AgentPorts {
  readonly host: Host;
  /** Carries operations out there, many in one round trip. */
  readonly lane: LaneRunner;
  readonly lease: LeaseKeeper;
  readonly past: Past;
  readonly journals: ServedJournals;
  readonly canaries: CanaryFiles;
  readonly evidence: EvidenceShelf;
  readonly generated: GeneratedStore;
  readonly questions: QuestionShelf;
  /** All of it as files, for another host that is to keep it. */
  readonly keptFiles: KeptFiles;
  /** Of the environment's SQLite database. */
  readonly backups: DatabaseBackups;
  /** Both on restored copies of it. */
  readonly judge: Judge;
  readonly restorer: DataRestorer;
  readonly uploads: Uploads;
  readonly artifacts: KeptArtifacts;
}

/** The artifacts that a host has, for a machine that is to get one from there. */
export interface KeptArtifacts {
  look(id: string, signal: AbortSignal): Promise<WholeArtifact>;
}

/** What promises were measured by. */
export interface EvidenceShelf {
  record(evidence: Evidence): Promise<void>;
  read(promise: PromiseName): Promise<KeptEvidence>;
}

const quickMs = 30_000;
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Longer than any deadline that the engine sets: it only ends what nobody waits for any more. */
const hostMethods: Methods<Host> = {
  observe: quickMs,
  platform: quickMs,
  placeRelease: 10 * minuteMs,
  readRelease: quickMs,
  readReleases: quickMs,
  removeReleases: 10 * minuteMs,
  setCurrent: quickMs,
  setScale: quickMs,
  publishStatic: 10 * minuteMs,
  ensureAgents: 2 * minuteMs,
  stopAgents: hourMs,
  startInstances: 5 * minuteMs,
  stopInstances: hourMs,
  retireInstances: minuteMs,
  awaitReady: hourMs,
  smoke: hourMs,
  awaitSteady: hourMs,
  runOnce: 24 * hourMs,
  raiseFence: quickMs,
  setRotation: quickMs,
  switchRoutes: quickMs,
  prove: minuteMs,
  traffic: 5 * minuteMs,
  trafficBefore: 5 * minuteMs,
  countRequests: 5 * minuteMs,
  inFlight: quickMs,
};

const journalMethods: Methods<ServedJournals> = {
  list: quickMs,
  read: quickMs,
  create: quickMs,
  reopen: quickMs,
  append: quickMs,
  close: quickMs,
};

const restorerMethods: Methods<DataRestorer> = {
  layAside: 6 * hourMs,
  isLaid: quickMs,
  discard: minuteMs,
  loss: 10 * minuteMs,
  variables: quickMs,
  tryOn: 6 * hourMs,
  backUp: 6 * hourMs,
  endRuns: 5 * minuteMs,
  putInPlace: 10 * minuteMs,
  isInPlace: quickMs,
  takeOut: 10 * minuteMs,
  note: quickMs,
  finish: minuteMs,
};

/** The methods of every port that may be called, with the longest that a call of each may take in milliseconds. */
export const portMethods: { readonly [Name in keyof AgentPorts]: Methods<AgentPorts[Name]> } = {
  host: hostMethods,
  lane: { run: 24 * hourMs },
  lease: {
    acquire: quickMs,
    renew: quickMs,
    confirm: quickMs,
    outgrow: quickMs,
    release: quickMs,
    read: quickMs,
  },
  past: { unfinished: quickMs, servedBefore: quickMs, hosts: quickMs, traffic: quickMs },
  journals: journalMethods,
  canaries: { read: quickMs, write: quickMs },
  evidence: { record: quickMs, read: quickMs },
  generated: { read: quickMs, write: quickMs },
  questions: { write: quickMs, remove: quickMs, open: quickMs, answer: quickMs, answerTo: quickMs },
  keptFiles: { list: quickMs, read: quickMs, write: quickMs },
  backups: { backUp: 6 * hourMs, list: minuteMs, restore: 6 * hourMs, prune: 10 * minuteMs },
  judge: { rehearse: 24 * hourMs, drill: 24 * hourMs },
  restorer: restorerMethods,
  artifacts: { look: 30 * minuteMs },
  uploads: { begin: 5 * minuteMs, finish: 30 * minuteMs, giveUp: 5 * minuteMs },
};
