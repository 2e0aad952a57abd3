import type { ReleaseWorld } from "../release/world.ts";
import { builderOf, type ReleaseBuilder } from "./builder-of.ts";
import { backupsOf } from "./backups-of.ts";
import type { CommandContext } from "./command-context.ts";
import { hostArtifacts } from "./host-artifacts.ts";
import { personFor } from "./person-for.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { hostOf, type OpenFleet } from "./open-hosts.ts";
import { rehearserOf } from "./rehearse-world.ts";
import { restorerOf } from "./restore-world.ts";
import { proxySettings } from "./proxy-settings.ts";
import { resolveReleaseVariables } from "./resolve-values.ts";

/** What operations act on: this environment's hosts, and what builds its releases. */
export function releaseWorld(
  context: CommandContext,
  opened: OpenEnvironment,
  fleet: Pick<OpenFleet, "hosts" | "unreachable" | "kept" | "takeArtifact">,
  { builder }: Pick<ReleaseBuilder, "builder"> = builderOf(context, opened),
): ReleaseWorld {
  const { project } = opened;
  const backups = async () => fleet.kept.backups ?? backupsOf(context, opened);
  return {
    host: (name) => hostOf(fleet, name),
    builder,
    hostArtifacts: hostArtifacts(opened.machine, fleet),
    proxy: proxySettings(opened),
    persist: project.app.persist,
    canaries: fleet.kept.canaries,
    evidence: fleet.kept.evidence,
    person: personFor(context, fleet.kept),
    rehearser: rehearserOf(context, opened, fleet),
    backups,
    restorer: restorerOf(context, opened, fleet),
    variables: () => resolveReleaseVariables(context, opened, fleet.kept.generated),
  };
}
