import type { CanaryFiles } from "../canary/evidence-file.ts";
import type { Host, ProxySettings, ReleaseRecord } from "../hosts/host.ts";
import type { EvidenceBook } from "../promises/evidence.ts";
import type { AskPerson } from "../questions/question.ts";
import type { Restorer } from "../recovery/restorer.ts";
import type { DatabaseBackups } from "../recovery/backup.ts";
import type { Rehearser } from "../rehearsal/rehearser.ts";
import type { ResolvedVariables } from "../secrets/resolve-variables.ts";

/** What the operations act on that need nothing but a host: they can be carried out on the host itself, many in one round trip. */
export interface HostWorld {
  host(name: string): Host;
}

/** What the release operations act on. */
export interface ReleaseWorld extends HostWorld {
  readonly builder: Builder;
  readonly hostArtifacts: HostArtifacts;
  readonly proxy: ProxySettings;
  readonly persist: readonly string[];
  /** What was seen of releases that were watched. */
  readonly canaries: CanaryFiles;
  /** Where measurements of promises are kept. */
  readonly evidence: EvidenceBook;
  /** Whoever decides what no rule does. */
  readonly person: AskPerson;
  readonly rehearser: Rehearser;
  /** The same one each time. */
  restorer(): Promise<Restorer>;
  /** Those of the environment's database. */
  backups(): Promise<DatabaseBackups>;
  /** Names and values for the release, secrets among them; resolved by each command anew and never part of a plan. */
  variables(): Promise<ResolvedVariables>;
}

/** Artifacts that hosts have, and that the machine that cozy runs on may lack. */
export interface HostArtifacts {
  /** Whether this machine has it. */
  isHere(artifact: string, signal: AbortSignal): Promise<boolean>;
  /** Brings it to this machine from the first of these hosts where it is whole, unless it is here. */
  take(
    artifact: string,
    from: readonly string[],
    step: (text: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

/** Makes artifacts, where the platform fits. */
export interface Builder {
  /** The artifact built from this source, if it is there and whole. */
  find(key: string, signal: AbortSignal): Promise<string | undefined>;
  build(request: BuildRequest, progress: BuildProgress, signal: AbortSignal): Promise<string>;
  /** Removes artifacts, trees and runtimes that no release of any environment needs. */
  prune(signal: AbortSignal): Promise<number>;
}

export interface BuildRequest {
  readonly key: string;
  readonly commit: string;
}

export interface BuildProgress {
  readonly step: (text: string) => void;
  readonly output: (stream: "stdout" | "stderr", line: string) => void;
}

/** A release before its artifact is known. */
export type ReleaseDraft = Omit<ReleaseRecord, "artifact">;
