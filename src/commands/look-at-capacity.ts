import { findArtifact } from "../artifacts/artifact-store.ts";
import { artifactAt, readManifest } from "../artifacts/manifest.ts";
import { parseDatabaseAddress } from "../databases/address.ts";
import { serverConnections } from "../databases/server-connections.ts";
import { capacityFindings, capacityWarnings, refuseLack, type CapacityFacts } from "../release/capacity.ts";
import { keeperOf, type Fleet } from "../release/fleet.ts";
import type { ReleaseDraft } from "../release/world.ts";
import type { ResolvedVariables } from "../secrets/resolve-variables.ts";
import { Secret } from "../secrets/secret.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";

export interface CapacityQuestion {
  readonly fleet: Fleet;
  readonly release: ReleaseDraft;
  readonly artifactKey: string;
  /** The release's variables, among them the database's address. */
  readonly variables: ResolvedVariables;
}

/**
 * Refuses a deploy that memory, disk or the database's connections do not suffice for, before anything starts; gives warnings of what
 * could not be known.
 */
export async function lookAtCapacity(
  context: CommandContext,
  opened: OpenEnvironment,
  question: CapacityQuestion,
): Promise<readonly string[]> {
  const { fleet, release } = question;
  const [artifactBytes, connections] = await Promise.all([
    artifactSize(opened, question),
    askConnections(context, opened, question),
  ]);
  const findings = capacityFindings({
    environment: opened.environment,
    fleet,
    release,
    artifactBytes,
    connections,
  });
  refuseLack(findings);
  return capacityWarnings(findings);
}

/** Of the artifact where it is built, else of the one that serves: what differs from one commit to the next is little. */
async function artifactSize(
  { machine }: OpenEnvironment,
  { fleet, artifactKey }: CapacityQuestion,
): Promise<number | undefined> {
  const { current, releases } = keeperOf(fleet);
  const id =
    (await findArtifact(machine, artifactKey)) ?? releases.find((one) => one.id === current)?.artifact;
  if (id === undefined) return undefined;
  // One that was built elsewhere or pruned here tells nothing.
  const manifest = await readManifest(artifactAt(machine, id).manifest);
  return manifest?.content.files.reduce((sum, file) => sum + (file.kind === "file" ? file.sizeBytes : 0), 0);
}

/** Only where an answer decides anything: without a pool there is nothing to hold against it. */
async function askConnections(
  { env, signal }: CommandContext,
  { project, environment: { database } }: OpenEnvironment,
  { variables }: CapacityQuestion,
): Promise<CapacityFacts["connections"]> {
  if (database?.kind !== "postgres" || database.pool === undefined) return undefined;
  const value = variables[database.variable];
  const text = value instanceof Secret ? value.reveal() : value;
  const address = text === undefined ? undefined : parseDatabaseAddress(text, project.root);
  return address?.kind === "postgres" ? serverConnections(address, env, signal) : undefined;
}
