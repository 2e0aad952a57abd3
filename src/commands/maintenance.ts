import { noteDone } from "../engine/note-done.ts";
import { CozyError, messageOf } from "../errors/cozy-error.ts";
import { serverLayout } from "../hosts/server-layout.ts";
import { onServers } from "../project/on-servers.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand } from "./define-command.ts";
import { maintenanceText } from "./maintenance-text.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { connectionsOf, openServers } from "./open-servers.ts";
import { maintenanceOn, setMaintenance, type Maintenance } from "../hosts/maintenance.ts";
import { ownWho, ownWhoText } from "./with-lease.ts";

const actions = ["status", "on", "off"] as const;
type Action = (typeof actions)[number];

export const command = defineCommand({
  name: "maintenance",
  description:
    "Closes an environment on servers to its visitors, and opens it again: nginx answers everything with 503, a page that says so and when to come back; cozy's own checks, and the balancer's, still pass, so a deploy is proven as ever. Releases and instances are left as they are. All hosts at once: where one can't be closed or opened, none is. It is kept in the history, and what visitors were told meanwhile counts in `cozy promises` by itself, as no failure. Without a word it shows how it stands.",
  arguments: [
    { name: "environment", help: "an environment on servers" },
    { name: "action", help: "on, off or status", optional: true, choices: actions },
  ],
  options: {
    message: {
      kind: "text",
      placeholder: "text",
      short: "m",
      help: "with on: why, for colleagues who ask for the status; visitors see cozy's page",
    },
  },
  examples: [
    'cozy maintenance production on --message "the database moves"',
    "cozy maintenance production",
    "cozy maintenance production off",
  ],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const { project, environment } = opened;
    onServers(environment);
    const action = actionNamed(args.action ?? "status", environment.name);
    if (options.message !== undefined && action !== "on") {
      throw new CozyError("wrong-usage", { message: "--message counts only with on." });
    }
    const hosts = await connectionsOf(context, opened);
    const { maintenance: file } = serverLayout(project.name, environment.name);
    const startedAt = context.now();
    const before = await maintenanceOn(hosts, file, context.signal);
    const wanted = await wantedBy(context, action, options.message);
    if (wanted !== "as it is") {
      await setMaintenance(hosts, { file, before, wanted }, context.signal);
      await note(context, opened, { action, reason: options.message, startedAt });
    }
    const after = await maintenanceOn(hosts, file, context.signal);
    const report = { environment: environment.name, hosts: after };
    printResult(context, report, () => maintenanceText(report, context.now()));
    return 0;
  },
});

/** For the history. The site is closed or open by now, so whatever keeps this from being noted takes nothing back. */
async function note(
  context: CommandContext,
  opened: OpenEnvironment,
  about: { readonly action: Action; readonly reason: string | undefined; readonly startedAt: number },
): Promise<void> {
  const { project, environment } = opened;
  const { action, reason, startedAt } = about;
  try {
    const { journals, hosts } = await openServers(context, opened);
    const state = await hosts[0]?.observe(context.signal);
    const release = state?.releases.find(({ id }) => id === state.current);
    await noteDone(journals, {
      plan: {
        format: 1,
        command: "maintenance",
        subject: action,
        project: project.name,
        environment: environment.name,
        release: release?.id ?? "none",
        previous: undefined,
        commit: release?.commit ?? "",
        phases: [],
      },
      who: await ownWho(context),
      commits: [],
      reason,
      cozy: context.version,
      startedAt,
      endedAt: context.now(),
    });
  } catch (error) {
    context.stderr.write(`warning: maintenance ${action} is not in the history: ${messageOf(error)}\n`);
  }
}

async function wantedBy(
  context: CommandContext,
  action: Action,
  message: string | undefined,
): Promise<Maintenance | "as it is" | undefined> {
  if (action === "status") return "as it is";
  if (action === "off") return undefined;
  return { format: 1, since: context.now(), who: await ownWhoText(context), message };
}

function actionNamed(text: string, environment: string): Action {
  const action = actions.find((one) => one === text);
  if (action !== undefined) return action;
  throw new CozyError("wrong-usage", {
    message: `cozy maintenance takes ${actions.join(", ")}, and not "${text}".`,
    next: `cozy maintenance ${environment} on`,
  });
}
