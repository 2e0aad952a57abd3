import { chooseReporter } from "../events/choose-reporter.ts";
import { setUpFleet, type FailedHost } from "../setup/fleet-setup.ts";
import { builderSetup, hostSetup } from "../setup/host-setup.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { openSetup } from "./open-setup.ts";
import { leftOutTexts, setupReport, setupText } from "./setup-text.ts";

/** Sets the hosts of an environment up, or says what that would change; gives the exit code. */
export async function setUp(
  context: CommandContext,
  opened: OpenEnvironment,
  { check }: { readonly check: boolean },
): Promise<number> {
  const { target, hosts: parts, builder: alone, given } = await openSetup(context, opened);
  const hosts = parts.map((one) => hostSetup({ ...one, check }));
  const builder = alone === undefined ? undefined : builderSetup({ ...alone, check });
  const all = builder === undefined ? hosts : [...hosts, builder];
  const { json, env, stdout, now, signal } = context;
  const reporter = chooseReporter({ json, env, stream: stdout, now });
  const [project, environment] = [opened.project.name, opened.environment.name];
  let away: readonly FailedHost[];
  try {
    const { parallel, unreachable } = target;
    away = await setUpFleet(
      {
        project,
        environment,
        hosts,
        builder,
        check,
        parallel,
        unreachable,
        given,
        emit: reporter.report,
        now,
      },
      signal,
    );
  } finally {
    reporter.close();
    await Promise.all(all.map(({ connection }) => connection.close()));
  }
  const isAway = new Set(away.map(({ host }) => host));
  const reports = all
    .filter(({ name }) => !isAway.has(name))
    .map(({ name, results }) => setupReport(name, results));
  const warnings = [...leftOutTexts(away, environment, check), ...hosts.flatMap((host) => host.warnings())];
  stdout.write(
    json
      ? `${JSON.stringify({ type: "setup-ended", at: now(), check, hosts: reports, warnings })}\n`
      : `\n${setupText(reports, environment, check)}\n`,
  );
  if (!json) for (const warning of warnings) context.stderr.write(`warning: ${warning}\n`);
  return 0;
}
