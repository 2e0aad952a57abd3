import { runInteractively } from "../hosts/this-machine/run-interactively.ts";
import { execCommand } from "../lab/exec-command.ts";
import { imagesFolder, openedLab, type Lab } from "../lab/lab.ts";
import { beingMade, isAbandoned, openLab, readLab } from "../lab/lab-state.ts";
import { leftLabs } from "../lab/left-labs.ts";
import { madeBy } from "../lab/made-by.ts";
import { makeLab, removeLab, sweep } from "../lab/make-lab.ts";
import { programEnvironment } from "../lab/program-environment.ts";
import { lookAtLab, lookAtLabs } from "../lab/look.ts";
import { unknownHost } from "../lab/unknown-host.ts";
import { durationText } from "../shared/duration.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { labsText, labText, leftText, slownessText } from "./lab-text.ts";
import type { LabAction, LabWords } from "./lab-words.ts";
import { progressLine } from "./progress-line.ts";

type Act = (context: CommandContext, words: LabWords) => Promise<number>;

const usualName = "lab";

/** What `cozy lab` does, by the word that asks for it. */
export const actions: Readonly<Record<LabAction, Act>> = {
  up,
  status,
  exec,
  cut: change(
    (lab, { host }) => lab.cut(host),
    ({ host }) => `The link of ${host} is cut.`,
  ),
  heal: change(
    (lab, { host }) => lab.heal(host),
    ({ host }) => `The link of ${host} is as it was at first.`,
  ),
  slow: change(
    (lab, { host, slowness }) => lab.slow(host, slowness),
    ({ host, slowness }) => `The link of ${host} now has ${slownessText(slowness)}.`,
  ),
  kill: change(
    (lab, { host }) => lab.kill(host),
    ({ host }) => `${host} is off, as after a power failure.`,
  ),
  reboot: change(
    (lab, { host }) => lab.reboot(host),
    ({ host }) => `${host} has booted, and answers.`,
  ),
  down,
};

async function up(context: CommandContext, words: LabWords): Promise<number> {
  const { hosts, balancer, diskBytes } = words;
  const startedAt = performance.now();
  const line = progressLine(context);
  const name = words.name ?? usualName;
  const { now, signal } = context;
  try {
    await makeLab(
      {
        name,
        hosts,
        balancer,
        madeBy: madeBy(context.env, context.cwd),
        isHeld: false,
        diskBytes,
        cache: cacheOf(context),
        now,
        tell: (what) => line.tell(what),
      },
      signal,
    );
  } finally {
    line.end();
  }
  const tookMs = Math.round(performance.now() - startedAt);
  const [look, leftBehind] = await Promise.all([lookAtLab(name), leftLabs()]);
  printResult(context, { ...look, tookMs, leftBehind }, () =>
    [
      labText(look, now()),
      `Up in ${durationText(tookMs)}.`,
      ...(leftBehind.length === 0 ? [] : [leftText(leftBehind)]),
    ].join("\n\n"),
  );
  return 0;
}

async function status(context: CommandContext, { name }: LabWords): Promise<number> {
  const swept = await sweep(cacheOf(context), context.signal);
  const labs = name === undefined ? await lookAtLabs() : [await lookAtLab(name)];
  printResult(context, { labs, swept }, () => labsText(labs, swept, context.now()));
  return 0;
}

async function exec(context: CommandContext, { name = usualName, host, command }: LabWords): Promise<number> {
  await hostOf(name, host);
  const words = await execCommand(name, host, command.length === 0 ? ["/bin/bash", "--login"] : command);
  const atTerminal = "isTTY" in context.stdin && context.stdin.isTTY === true;
  const variables = Object.fromEntries(
    Object.entries(programEnvironment()).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
  const request = {
    command: words,
    folder: "/",
    variables,
    limits: { memoryBytes: undefined, openFiles: undefined },
  };
  return runInteractively(request, { signals: context.takeSignals(), atTerminal });
}

async function down(context: CommandContext, { name = usualName }: LabWords): Promise<number> {
  const state = await readLab(name).catch(() => undefined);
  if (state?.phase === "being-made" && !isAbandoned(state)) throw beingMade(state);
  const there = await removeLab(name, cacheOf(context), context.signal);
  printResult(context, { name, wasThere: there }, () =>
    there ? `The lab ${name} is down, and nothing of it is left.` : `There was no lab named ${name}.`,
  );
  return 0;
}

/** What changes one host of a lab, and how that is told. */
function change(act: (lab: Lab, words: LabWords) => Promise<void>, told: (words: LabWords) => string): Act {
  return async (context, words) => {
    const name = words.name ?? usualName;
    await act(openedLab(await openLab(name), cacheOf(context), context.signal), words);
    const host = (await lookAtLab(name)).hosts.find((one) => one.name === words.host);
    printResult(context, host ?? null, () => told(words));
    return 0;
  };
}

async function hostOf(name: string, host: string): Promise<void> {
  const { hosts } = await openLab(name);
  if (!hosts.some((one) => one.name === host)) throw unknownHost(name, host, hosts);
}

function cacheOf({ env, homeFolder }: CommandContext): string {
  return imagesFolder(env, homeFolder);
}
