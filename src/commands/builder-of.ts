import { localBuilder, type LocalBuilderParts } from "../artifacts/local-builder.ts";
import { chooseRuntime, type RuntimeChoice } from "../artifacts/runtime.ts";
import type { Workshop } from "../artifacts/workshop.ts";
import { neededArtifacts } from "../hosts/release-folder.ts";
import type { RuntimeRequest } from "../project/project.ts";
import type { ServerHost } from "../project/servers.ts";
import type { Builder } from "../release/world.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { resolveBuildSecrets } from "./resolve-values.ts";

/** What builds the releases of an environment: this machine, or the host that it declares. */
export interface ReleaseBuilder {
  readonly builder: Builder;
  /** Which runtime a request comes to there, and so on which platform releases run. */
  readonly choose: (request: RuntimeRequest, workshop: Workshop) => Promise<RuntimeChoice>;
}

/** Nothing is asked of a host before the first call; its program ends with the command. */
export function builderOf(context: CommandContext, opened: OpenEnvironment): ReleaseBuilder {
  const { project, environment, machine } = opened;
  const { env, now, onHost } = context;
  const parts: LocalBuilderParts = {
    project,
    machine,
    env,
    now,
    secrets: () => resolveBuildSecrets(context, opened),
    needed: () => neededArtifacts(machine),
  };
  const { target } = environment;
  const host = target.kind === "servers" && onHost === undefined ? target.builder : undefined;
  if (host === undefined) return { builder: localBuilder(parts), choose: chooseRuntime };
  // What few environments need is loaded when it is needed.
  let found: Promise<Awaited<ReturnType<typeof openOnHost>>> | undefined;
  const there = () => (found ??= openOnHost(context, opened, host, parts));
  return {
    builder: {
      ...localBuilder(parts),
      build: async (request, progress, signal) => (await there()).build(request, progress, signal),
    },
    choose: async (request, workshop) => (await there()).choose(request, workshop),
  };
}

async function openOnHost(
  context: CommandContext,
  opened: OpenEnvironment,
  host: ServerHost,
  parts: LocalBuilderParts,
) {
  const [{ builderConnection, throwExplained }, { openBuilder }, { hostBuilder }, { serverMachinePaths }] =
    await Promise.all([
      import("./open-servers.ts"),
      import("../hosts/builder/open-builder.ts"),
      import("../hosts/builder/host-builder.ts"),
      import("../hosts/server-layout.ts"),
    ]);
  const { project, environment, machine } = opened;
  const { env, now, version } = context;
  const connection = await builderConnection(context, opened, host);
  const program = openBuilder({
    connection,
    project: project.name,
    environment,
    machine,
    env,
    now,
    version,
  });
  context.atEnd?.(() => program.close());
  const built = hostBuilder({ ...parts, connection, port: program.ports, there: serverMachinePaths() });
  // The first that is asked of it.
  const choose: ReleaseBuilder["choose"] = async (request, workshop) =>
    built.choose(request, workshop).catch((error: unknown) => throwExplained(error, opened));
  return { ...built, choose };
}
