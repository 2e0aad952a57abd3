import { CozyError } from "../../errors/cozy-error.ts";
import type { Environment } from "../../project/project.ts";
import type { CommandContext } from "../command-context.ts";
import type { AnyCommand, ReadInvocation } from "../define-command.ts";

/**
 * Runs a command where it belongs: what reads what an environment keeps is carried out on the first of its servers, and never looks at
 * this machine's folders instead.
 */
export async function runWhereItBelongs(
  command: AnyCommand,
  context: CommandContext,
  invocation: ReadInvocation,
): Promise<number> {
  if (command.where === undefined || context.onHost !== undefined) return command.run(context, invocation);
  const { projectOf } = await import("../project-of.ts");
  const project = await projectOf(context);
  const known: CommandContext = { ...context, project };
  const environment = environmentMeant(project.environments, invocation.args["environment"]);
  const host = textOf(invocation.options["host"]);
  if (environment?.target.kind !== "servers") {
    if (host !== undefined && environment !== undefined) throw noOtherHost(environment);
    return command.run(known, invocation);
  }
  const [{ openEnvironment }, { carryOutOnHost }] = await Promise.all([
    import("../open-environment.ts"),
    import("./carry-out-on-host.ts"),
  ]);
  const opened = await openEnvironment(known, environment.name);
  const others = await command.askOthers?.(known, opened);
  return carryOutOnHost(known, opened, { host, takesInput: command.takesInput === true, others });
}

/** Who names none, or a wrong one, is told so by the command itself. */
function environmentMeant(
  environments: Readonly<Record<string, Environment>>,
  name: string | undefined,
): Environment | undefined {
  const names = Object.keys(environments);
  const asked = name ?? (names.length === 1 ? names[0] : undefined);
  return asked !== undefined && Object.hasOwn(environments, asked) ? environments[asked] : undefined;
}

export function noOtherHost({ name }: Pick<Environment, "name">): CozyError {
  return new CozyError("wrong-usage", {
    message: `${name} runs on this machine, and has no other hosts to name.`,
    next: "Leave --host out.",
  });
}

function textOf(value: string | number | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
