import { canaryFiles, watchedReleases, type CanaryEvidence } from "../canary/evidence-file.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { chooseStyle } from "../events/choose-style.ts";
import { liveArea } from "../events/live-area.ts";
import { truncate } from "../events/text-width.ts";
import { nearest } from "../shared/nearest.ts";
import { pause } from "../shared/pause.ts";
import { evidenceText } from "./canary-text.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";

const lookEveryMs = 1_000;

export const command = defineCommand({
  name: "canary",
  description:
    "What was seen of the release that is or was watched last: both releases' requests, errors and slow requests by share, what that says and could have shown, the pages that failed, and who or what decided.",
  arguments: [environmentArgument],
  options: {
    release: { kind: "text", placeholder: "id", short: "r", help: "an earlier release that was watched" },
    watch: { kind: "flag", short: "w", help: "follow it until it is over" },
  },
  where: "keeper",
  examples: ["cozy canary production", "cozy canary production --watch", "cozy canary production --json"],
  async run(context, { args, options }) {
    const { environment, paths } = await openEnvironment(context, args.environment);
    const watched = await watchedReleases(paths.canaries);
    const release = options.release ?? watched[0];
    if (release === undefined) {
      printResult(context, null, () => `No release of ${environment.name} was watched yet.`);
      return 0;
    }
    const read = async () =>
      (await canaryFiles(paths.canaries).read(release)) ?? unknown(release, watched, environment.name);
    if (options.watch) await follow(context, read);
    else print(context, await read());
    return 0;
  },
});

function print(context: CommandContext, evidence: CanaryEvidence): void {
  printResult(context, evidence, () => textOf(context, evidence));
}

/** Until its end, or until the command is interrupted, which is how a look ends well too. */
async function follow(context: CommandContext, read: () => Promise<CanaryEvidence>): Promise<void> {
  const show = shower(context);
  let told = "";
  try {
    while (!context.signal.aborted) {
      const evidence = await read();
      const mark = `${evidence.ticks.length} ${evidence.steps.length} ${evidence.outcome}`;
      if (mark !== told) show.draw(evidence);
      told = mark;
      if (evidence.outcome !== "watching") return;
      await pause(lookEveryMs, context.signal).catch(() => undefined);
    }
  } finally {
    show.close();
  }
}

/** Drawn over itself on a terminal, a line of JSON each time for a program, and whole each time for a log. */
function shower(context: CommandContext): { draw(evidence: CanaryEvidence): void; close(): void } {
  const { stdout, json } = context;
  if (json)
    return { draw: (evidence) => void stdout.write(`${JSON.stringify(evidence)}\n`), close: () => {} };
  if (stdout.isTTY !== true) return { draw: (evidence) => print(context, evidence), close: () => {} };
  const area = liveArea(stdout);
  return {
    draw: (evidence) => {
      const width = (stdout.columns ?? 80) - 1;
      area.draw([
        "",
        ...textOf(context, evidence)
          .split("\n")
          .map((line) => truncate(line, width, "…")),
        "",
      ]);
    },
    close: () => area.close(),
  };
}

function textOf({ env, stdout, now }: CommandContext, evidence: CanaryEvidence): string {
  return evidenceText(evidence, chooseStyle(env, stdout.isTTY === true), now());
}

function unknown(release: string, watched: readonly string[], environment: string): never {
  const near = nearest(release, watched);
  throw new CozyError("unknown-release", {
    message: `${release} is no release of ${environment} that was watched${near.length > 0 ? `; did you mean ${near[0]}?` : "."}`,
    details: watched.slice(0, 10).map((one) => `watched: ${one}`),
    next: `cozy canary ${environment}`,
  });
}
