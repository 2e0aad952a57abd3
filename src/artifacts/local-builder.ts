import { join } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import type { Environment, Project, RuntimeRequest } from "../project/project.ts";
import type { Builder } from "../release/world.ts";
import type { AddressNames } from "../stacks/django.ts";
import { artifactKey } from "./artifact-key.ts";
import { findArtifact } from "./artifact-store.ts";
import { buildArtifact, type BuildArtifactRequest } from "./build-artifact.ts";
import { describeSource, type Source } from "./git-source.ts";
import { pruneArtifacts } from "./prune.ts";
import { chooseRuntime, type RuntimeChoice } from "./runtime.ts";
import { verifyingOnce } from "./verify-once.ts";
import type { Workshop } from "./workshop.ts";

export interface LocalBuilderParts extends Omit<Workshop, "signal" | "onStep" | "onOutput"> {
  readonly project: Project;
  /** The values of `build.secrets`, by name. */
  readonly secrets: () => Promise<Readonly<Record<string, string>>>;
  /** Every artifact that a release of any environment on this machine needs. */
  readonly needed: () => Promise<ReadonlySet<string>>;
}

export interface NamedArtifact {
  readonly source: Source;
  readonly runtime: RuntimeChoice;
  /** The key by which the artifact is found, before it is built and after. */
  readonly key: string;
}

/** What a plan needs to know of an artifact; builds nothing and changes nothing. `choose` is the builder's, where another machine builds. */
export async function nameArtifact(
  request: {
    readonly project: Pick<Project, "root" | "app">;
    /** A commit, branch or tag; the current commit when absent. */
    readonly ref?: string | undefined;
    readonly secrets: Readonly<Record<string, string>>;
  },
  workshop: Workshop,
  choose: (request: RuntimeRequest, workshop: Workshop) => Promise<RuntimeChoice> = chooseRuntime,
): Promise<NamedArtifact> {
  const { project, ref, secrets } = request;
  const { app } = project;
  const [source, runtime] = await Promise.all([
    describeSource({ folder: join(project.root, app.folder), ref }, workshop.signal),
    choose(app.runtime, workshop),
  ]);
  return { source, runtime, key: artifactKey({ source, app, secrets, runtime }) };
}

/** Builds artifacts on this machine. */
export function localBuilder(parts: LocalBuilderParts): Builder {
  const { project, machine, env, now } = parts;
  const { app } = project;
  const verify = verifyingOnce(machine);
  return {
    async find(key, signal) {
      const id = await findArtifact(machine, key);
      if (id !== undefined) await verify(id, signal);
      return id;
    },

    async build({ key, commit }, progress, signal) {
      const workshop: Workshop = {
        machine,
        env,
        now,
        signal,
        onStep: (text) => progress.step(text),
        onOutput: (stream, line) => progress.output(stream, line),
      };
      const secrets = await parts.secrets();
      const named = await nameArtifact({ project, ref: commit, secrets }, workshop);
      if (named.key !== key) throw outdated(commit);
      return (await buildArtifact({ ...named, app, secrets, ...namesAtRunTime(project) }, workshop)).id;
    },

    async prune(_signal) {
      const pruned = await pruneArtifacts(machine, { keep: await parts.needed(), now: now() });
      return pruned.artifacts.length;
    },
  };
}

/** Names of variables that a build has not, and a release has. Pure. */
export function namesAtRunTime(
  project: Pick<Project, "environments">,
): Required<Pick<BuildArtifactRequest, "runTimeNames" | "addressNames">> {
  const environments = Object.values(project.environments);
  return {
    runTimeNames: environments.flatMap(({ variables, database, media }) => [
      ...Object.keys(variables),
      ...[database?.variable, media?.variable].filter((name) => name !== undefined),
    ]),
    addressNames: addressNamesOf(environments),
  };
}

function addressNamesOf(environments: readonly Environment[]): AddressNames {
  return {
    database: environments.flatMap(({ database }) => database?.variable ?? []),
    media: environments.flatMap(({ media }) => media?.variable ?? []),
  };
}

/** Of a build whose artifact would be another than the plan's. */
export function outdated(commit: string): CozyError {
  return new CozyError("plan-outdated", {
    message: `The plan names another artifact of commit ${commit.slice(0, 7)} than the project would build now: its build, its build secrets or the runtime changed since.`,
    state: "Nothing was built.",
    next: "Make the plan anew: run the deploy again.",
  });
}
