import { parseDatabaseAddress } from "../databases/address.ts";
import { psqlHere, serverConnections, type RunPsql } from "../databases/server-connections.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { HostState } from "../hosts/host.ts";
import {
  capacityFindings,
  capacityWarnings,
  refuseLack,
  type CapacityFacts,
  type LackAdvice,
} from "../release/capacity.ts";
import type { HostStarts } from "../release/host-starts.ts";
import type { ResolvedVariables } from "../secrets/resolve-variables.ts";
import { Secret } from "../secrets/secret.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { weighArtifact } from "./weigh-artifact.ts";

export interface CapacityQuestion {
  /** What is started, as a message says it: `the new release beside the old one`. */
  readonly what: string;
  readonly hosts: readonly HostStarts[];
  /** An artifact that is laid on some of the hosts, and which those are; absent where nothing is. */
  readonly lays?: {
    /** Its id, or that of one that is much like it: what differs from one commit to the next is little. */
    readonly artifact: string | undefined;
    readonly on: readonly HostState[];
  };
  /** What is said where there is not enough, beside the numbers; unless told otherwise, to run the same command again. */
  readonly ifLacking?: LackAdvice;
  /** The release's variables, among them the database's address; only asked for where it decides anything. */
  readonly variables: () => Promise<ResolvedVariables>;
}

/**
 * Refuses to start what memory, disk or the database's connections do not suffice for, before anything starts; gives warnings of what
 * could not be known.
 */
export async function lookAtCapacity(
  context: CommandContext,
  opened: OpenEnvironment,
  question: CapacityQuestion,
): Promise<readonly string[]> {
  const { environment, machine } = opened;
  const { hosts, lays = { artifact: undefined, on: [] }, what } = question;
  const servers = environment.target.kind === "servers";
  const [disks, connections] = await Promise.all([
    weighArtifact(machine, lays.artifact, lays.on, servers),
    askConnections(context, opened, question),
  ]);
  const findings = capacityFindings({ environment, hosts, disks, connections });
  refuseLack(findings, what, question.ifLacking);
  return capacityWarnings(findings);
}

/** Only where an answer decides anything: without a pool there is nothing to hold against it. */
async function askConnections(
  context: CommandContext,
  opened: OpenEnvironment,
  { variables }: CapacityQuestion,
): Promise<CapacityFacts["connections"]> {
  const { project, environment } = opened;
  const { database } = environment;
  if (database?.kind !== "postgres" || database.pool === undefined) return undefined;
  const value = (await variables().catch(ifMissing))?.[database.variable];
  const text = value instanceof Secret ? value.reveal() : value;
  const address = text === undefined ? undefined : parseDatabaseAddress(text, project.root);
  if (address?.kind !== "postgres") return undefined;
  return serverConnections(address, await psqlFor(context, opened), context.signal);
}

/** What needs no variables of this machine, as a rollback does, is not held up by one that is missing here. */
function ifMissing(error: unknown): undefined {
  if (error instanceof CozyError) return undefined;
  throw error;
}

/**
 * From the first host where there are servers: the address is meant for them. Here it may lead nowhere, or to another server, which
 * would be shown the password.
 */
async function psqlFor(context: CommandContext, opened: OpenEnvironment): Promise<RunPsql> {
  if (opened.environment.target.kind !== "servers" || context.onHost !== undefined)
    return psqlHere(context.env);
  const { connectionsOf } = await import("./open-servers.ts");
  const [keeper] = await connectionsOf(context, opened);
  if (keeper === undefined) throw new Error("a fleet has at least one host");
  const { psqlOn } = await import("./psql-on-host.ts");
  return psqlOn(keeper);
}
