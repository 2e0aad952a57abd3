import { CozyError } from "../errors/cozy-error.ts";
import { leaseFolder } from "../engine/lease-folder.ts";
import { journalFolder } from "../engine/journal-folder.ts";
import type { JournalStore } from "../engine/journal-store.ts";
import type { LeasePlace } from "../engine/lease-store.ts";
import {
  environmentPaths,
  machinePaths,
  type EnvironmentPaths,
  type MachinePaths,
} from "../hosts/environment-paths.ts";
import type { Environment, Project } from "../project/project.ts";
import { nearest } from "../shared/nearest.ts";
import type { CommandContext } from "./command-context.ts";
import { projectOf } from "./project-of.ts";

/** An environment of a project, with the places where its state is kept. Opening it touches nothing. */
export interface OpenEnvironment {
  readonly project: Project;
  readonly environment: Environment;
  readonly machine: MachinePaths;
  readonly paths: EnvironmentPaths;
  readonly journals: JournalStore;
  readonly lease: LeasePlace;
}

export async function openEnvironment(
  context: CommandContext,
  name: string | undefined,
): Promise<OpenEnvironment> {
  const project = await projectOf(context);
  const environment = pickEnvironment(project, name);
  const machine = machinePaths(context.env, context.homeFolder);
  const paths = environmentPaths(machine, project.name, environment.name);
  return {
    project,
    environment,
    machine,
    paths,
    journals: journalFolder(paths.journals),
    lease: { environment: environment.name, store: leaseFolder(paths.lease) },
  };
}

/** The environment asked for; the only one where none is named. */
function pickEnvironment(project: Project, name: string | undefined): Environment {
  const names = Object.keys(project.environments);
  const asked = name ?? (names.length === 1 ? names[0] : undefined);
  const found = asked === undefined ? undefined : project.environments[asked];
  if (found) return found;
  if (name === undefined) {
    throw new CozyError("wrong-usage", {
      message: `${project.name} has several environments: ${names.join(", ")}. Say which one is meant.`,
    });
  }
  const near = nearest(name, names);
  throw new CozyError("unknown-environment", {
    message: `${project.name} has no environment "${name}"${near.length > 0 ? `; did you mean ${near.join(" or ")}?` : "."}`,
    details: [`Its environments: ${names.join(", ")}`],
  });
}
