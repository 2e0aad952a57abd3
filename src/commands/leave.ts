import { CozyError } from "../errors/cozy-error.ts";
import type { Hold } from "../engine/hold-lease.ts";
import { keeperOf } from "../release/fleet.ts";
import { leavingHosts, refuseLeaving } from "../release/leaving-hosts.ts";
import { planGone, planLeave } from "../release/plan-leave.ts";
import { nothingInForce } from "../release/joining-hosts.ts";
import { listed } from "../shared/words.ts";
import { askYesOrNo } from "./ask-yes-or-no.ts";
import { carryOut, type Prepared, type Undertaking } from "./carry-out.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { refuseThisMachine } from "./join.ts";
import { observedFleet, whoeverElseIsAway } from "./observe-fleet.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { keeperHost, type OpenFleet } from "./open-hosts.ts";
import { reasonOption } from "./reason-option.ts";
import { releaseWorld } from "./release-world.ts";

export const command = defineCommand({
  name: "leave",
  description:
    "Takes servers out of an environment: the balancer has stopped sending them traffic before anything else, then their instances end. Their files stay there; what only they have is said first. Take them out of the project file afterwards: a deploy, or `cozy join`, brings back whoever still stands there. With --gone nothing is done on them: they are not there any more.",
  arguments: [
    environmentArgument,
    { name: "host", help: "a server of the environment", optional: true, repeats: true },
  ],
  options: {
    yes: { kind: "flag", help: "without being asked" },
    gone: { kind: "flag", help: "they are gone for good: note that, and do nothing there" },
    reason: reasonOption,
  },
  examples: ["cozy leave production web-3", "cozy leave production web-3 --gone"],
  async run(context, { args, options, words: asked }) {
    const opened = await openEnvironment(context, args.environment);
    refuseThisMachine(opened, "leave");
    const { environment } = opened;
    const names =
      environment.target.kind === "servers" ? environment.target.hosts.map(({ name }) => name) : [];
    refuseLeaving({ environment: environment.name, names, asked, gone: options.gone });
    if (!options.gone) await confirmed(context, opened, asked, options.yes);
    const prepare: Undertaking["prepare"] = (fleet, hold) =>
      prepared(context, opened, fleet, hold, asked, options.gone);
    const exitCode = await carryOut(context, opened, { command: "leave", reason: options.reason, prepare });
    const there = asked.filter((name) => names.includes(name));
    if (!context.json && there.length > 0) context.stdout.write(`\n${whatIsNext(environment.name, there)}\n`);
    return exitCode;
  },
});

/** Nothing is removed there, but whoever gives the server back loses what no other one has. */
async function confirmed(
  context: CommandContext,
  { project, environment }: OpenEnvironment,
  asked: readonly string[],
  isSaid: boolean,
): Promise<void> {
  const { persist } = project.app;
  if (isSaid || persist.length === 0) return;
  const question = `What ${listed(asked)} ${asked.length === 1 ? "has" : "have"} in ${listed(persist)} is on no other server of ${environment.name}. It stays there, and is lost with the server.`;
  if ((await askYesOrNo(context, question)) === "yes") return;
  throw new CozyError("wrong-usage", {
    message: `${question} Nobody has confirmed that.`,
    state: "Nothing was changed.",
    next: `Copy it first; then: cozy leave ${environment.name} ${asked.join(" ")} --yes`,
  });
}

async function prepared(
  context: CommandContext,
  opened: OpenEnvironment,
  open: OpenFleet,
  hold: Hold,
  asked: readonly string[],
  isGone: boolean,
): Promise<Prepared> {
  const { project, environment } = opened;
  const { fleet } = await observedFleet(context, opened, open, "leave", hold, whoeverElseIsAway(open));
  const { current } = keeperOf(fleet);
  if (current === undefined) throw nothingInForce(environment.name);
  const release = await keeperHost(open).readRelease(current, context.signal);
  const world = releaseWorld(context, opened, open);
  if (isGone) return { plan: planGone({ project, environment, release, gone: asked }), world, commits: [] };
  const { target } = environment;
  const leaveMs = target.kind === "servers" ? (target.balancer?.leaveMs ?? 0) : 0;
  const { leaving, staying } = leavingHosts({ environment: environment.name, fleet, asked });
  const facts = { project, environment, fleet: staying, leaving, release, leaveMs };
  return { plan: planLeave(facts), world, commits: [] };
}

function whatIsNext(environment: string, names: readonly string[]): string {
  const [it, serves] = names.length === 1 ? ["it", "serves"] : ["them", "serve"];
  const removed = names.map((name) => `cozy setup ${environment} --remove --host ${name}`).join(" and ");
  return `${listed(names)} ${serves} nothing of ${environment} any more. Take ${it} out of the servers in cozy.config.ts: until then a deploy brings ${it} back. To clear what was set up there, before that: ${removed}`;
}
