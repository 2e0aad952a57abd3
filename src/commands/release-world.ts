import { localBuilder } from "../artifacts/local-builder.ts";
import { canaryFiles } from "../canary/evidence-file.ts";
import type { Host } from "../hosts/host.ts";
import { neededArtifacts } from "../hosts/release-folder.ts";
import type { ReleaseWorld } from "../release/world.ts";
import type { CommandContext } from "./command-context.ts";
import { personFor } from "./person-for.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { rehearserOf } from "./rehearse-world.ts";
import { proxySettings } from "./proxy-settings.ts";
import { resolveBuildSecrets, resolveReleaseVariables } from "./resolve-values.ts";

/** What operations act on: this environment's host, and this machine as the builder. */
export function releaseWorld(context: CommandContext, opened: OpenEnvironment, host: Host): ReleaseWorld {
  const { project, machine } = opened;
  return {
    host: () => host,
    builder: localBuilder({
      project,
      machine,
      env: context.env,
      now: context.now,
      secrets: () => resolveBuildSecrets(context, opened),
      needed: () => neededArtifacts(machine),
    }),
    proxy: proxySettings(opened),
    persist: project.app.persist,
    canaries: canaryFiles(opened.paths.canaries),
    person: personFor(context, opened),
    rehearser: rehearserOf(context, opened, () => Promise.reject(new Error("no backups yet"))),
    variables: () => resolveReleaseVariables(context, opened),
  };
}
