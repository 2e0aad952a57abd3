import type { Lanes } from "../engine/engine.ts";
import type { JournalStore } from "../engine/journal-store.ts";
import { knowing } from "../engine/kept-elsewhere.ts";
import type { LeaseKeeper } from "../engine/lease-keeper.ts";
import { localLeaseKeeper } from "../engine/local-lease-keeper.ts";
import { pastOf, type Past } from "../engine/past.ts";
import { hasEnded } from "../engine/process-identity.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { Host } from "../hosts/host.ts";
import type { UnreachableHost } from "../release/unreachable-hosts.ts";
import { canaryFiles, type CanaryFiles } from "../canary/evidence-file.ts";
import type { DatabaseBackups } from "../recovery/backup.ts";
import type { Judge } from "../recovery/judge.ts";
import type { DataRestorer } from "../recovery/restorer.ts";
import { questionShelf, type QuestionShelf } from "../questions/question-shelf.ts";
import { evidenceBook, type EvidenceBook } from "../promises/evidence.ts";
import { generatedStoreAt, type GeneratedStore } from "../secrets/generated-values.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { openHost, openHostToChange } from "./open-host.ts";

/** The hosts of an environment, and what is kept on the first of them, opened for one command. */
export interface OpenFleet {
  /** The names of all of them, as the project file lists them: the first is the keeper. */
  readonly names: readonly string[];
  /** Those that could be reached, in the same order. */
  readonly hosts: readonly Host[];
  readonly unreachable: readonly UnreachableHost[];
  /** The newest token that any of them had seen when they were opened; absent where there is but this machine. */
  readonly newestToken?: number | undefined;
  readonly lease: LeaseKeeper;
  readonly journals: JournalStore;
  readonly past: Past;
  /** Hosts that carry operations out by themselves; absent where cozy does it from here. */
  readonly lanes: Lanes | undefined;
  /** Brings an artifact that a host has to this machine; absent where there is but this machine. */
  readonly takeArtifact?:
    | ((host: string, artifact: string, signal: AbortSignal) => Promise<void>)
    | undefined;
  /** How many hosts are worked on at the same time. */
  readonly parallelHosts: number | undefined;
  /** What else the environment keeps, where the keeper has it. */
  readonly kept: KeptThings;
}

export interface KeptThings {
  readonly canaries: CanaryFiles;
  readonly evidence: EvidenceBook;
  readonly generated: GeneratedStore;
  readonly questions: QuestionShelf;
  /** Of its SQLite database, where that lies on another machine. */
  readonly backups?: DatabaseBackups | undefined;
  readonly judge?: Judge | undefined;
  readonly restorer?: DataRestorer | undefined;
}

/** Opens them for a look; nothing is touched. */
export async function openHosts(context: CommandContext, opened: OpenEnvironment): Promise<OpenFleet> {
  if (isElsewhere(context, opened)) return openedServers(context, opened);
  return fleetOf(context, opened, await openHost(context, opened));
}

/** Opens them for a command that only tells what is there: a host that is not trusted is told of, and the others are looked at. */
export async function openHostsToTell(context: CommandContext, opened: OpenEnvironment): Promise<OpenFleet> {
  if (isElsewhere(context, opened)) return openedServers(context, opened, "told");
  return fleetOf(context, opened, await openHost(context, opened));
}

/** Opens them for a command that changes something. */
export async function openHostsToChange(
  context: CommandContext,
  opened: OpenEnvironment,
): Promise<OpenFleet> {
  if (isElsewhere(context, opened)) return openedServers(context, opened);
  return fleetOf(context, opened, await openHostToChange(context, opened));
}

function isElsewhere({ onHost }: CommandContext, { environment }: OpenEnvironment): boolean {
  return environment.target.kind === "servers" && onHost === undefined;
}

/** The lease that is kept here; on a server that keeps the environment no more, it is given to nobody. */
async function openLease(
  { now, onHost, signal }: CommandContext,
  { lease }: OpenEnvironment,
  host: Host,
): Promise<LeaseKeeper> {
  const keeper = localLeaseKeeper(lease, { now, hasEnded });
  return onHost === undefined ? keeper : knowing(keeper, await host.raiseFence(0, signal));
}

async function fleetOf(context: CommandContext, opened: OpenEnvironment, host: Host): Promise<OpenFleet> {
  return {
    names: [host.name],
    hosts: [host],
    unreachable: [],
    lease: await openLease(context, opened, host),
    journals: opened.journals,
    past: pastOf(opened.journals),
    lanes: undefined,
    parallelHosts: undefined,
    kept: keptHere(opened),
  };
}

async function openedServers(
  context: CommandContext,
  opened: OpenEnvironment,
  refusals?: "told",
): Promise<OpenFleet> {
  const { openServers } = await import("./open-servers.ts");
  return openServers(context, opened, refusals);
}

function keptHere({ paths }: OpenEnvironment): KeptThings {
  return {
    canaries: canaryFiles(paths.canaries),
    evidence: evidenceBook(paths.evidence),
    generated: generatedStoreAt(paths.generated),
    questions: questionShelf(paths.questions),
  };
}

/** The host of that name, or the error that says why there is none. */
export function hostOf({ hosts, unreachable }: Pick<OpenFleet, "hosts" | "unreachable">, name: string): Host {
  const found = hosts.find((host) => host.name === name);
  if (found !== undefined) return found;
  const { why, refusal } = unreachable.find(({ host }) => host === name) ?? {};
  if (refusal !== undefined) throw refusal;
  throw new CozyError("hosts-unreachable", {
    message:
      why === undefined
        ? `${name} is no host of the environment any more.`
        : `${name} can't be reached: ${why}`,
  });
}

/** The first host: it keeps the lease and the journal, and what runs once over the environment runs there. */
export function keeperHost(fleet: Pick<OpenFleet, "names" | "hosts" | "unreachable">): Host {
  return hostOf(fleet, fleet.names[0] ?? "");
}
