import { localBuilder } from "../artifacts/local-builder.ts";
import { neededArtifacts } from "../hosts/release-folder.ts";
import type { ReleaseWorld } from "../release/world.ts";
import { backupsOf } from "./backups-of.ts";
import type { CommandContext } from "./command-context.ts";
import { personFor } from "./person-for.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { hostOf, type OpenFleet } from "./open-hosts.ts";
import { rehearserOf } from "./rehearse-world.ts";
import { restorerOf } from "./restore-world.ts";
import { proxySettings } from "./proxy-settings.ts";
import { resolveBuildSecrets, resolveReleaseVariables } from "./resolve-values.ts";

/** What operations act on: this environment's hosts, and this machine as the builder. */
export function releaseWorld(
  context: CommandContext,
  opened: OpenEnvironment,
  fleet: Pick<OpenFleet, "hosts" | "unreachable" | "kept">,
): ReleaseWorld {
  const { project, machine } = opened;
  const backups = async () => fleet.kept.backups ?? backupsOf(context, opened);
  return {
    host: (name) => hostOf(fleet, name),
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
    canaries: fleet.kept.canaries,
    evidence: fleet.kept.evidence,
    person: personFor(context, fleet.kept),
    rehearser: rehearserOf(context, opened, backups),
    backups,
    restorer: restorerOf(context, opened),
    variables: () => resolveReleaseVariables(context, opened, fleet.kept.generated),
  };
}
