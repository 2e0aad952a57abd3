import { chooseStyle } from "../events/choose-style.ts";
import { ledgerOf, type LedgerOutcome } from "../promises/ledger.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";
import { promiseFacts } from "./promises-facts.ts";
import { reportText } from "./promises-report.ts";
import { ledgerText } from "./promises-text.ts";

const exitCodes = { kept: 0, broken: 1, "not proven": 3 } as const satisfies Record<LedgerOutcome, number>;

export const command = defineCommand({
  name: "promises",
  description:
    "What an environment promises, beside what was measured: when, from which release and backup, by which command. What has no evidence, or none that is young enough, is not proven. Exit code 0: all are kept; 1: one is broken; 3: one is not proven.",
  arguments: [environmentArgument],
  options: { markdown: { kind: "flag", help: "a report for auditors, in Markdown" } },
  where: "keeper",
  async askOthers(context, opened) {
    const { requestsOfOthers } = await import("./promises-of-others.ts");
    return requestsOfOthers(context, opened);
  },
  examples: [
    "cozy promises production",
    "cozy promises production --markdown > promises.md",
    "cozy promises production --json",
  ],
  async run(context, { args, options }) {
    if (options.markdown && context.json) {
      throw new CozyError("wrong-usage", { message: "--markdown and --json can't be asked for at once." });
    }
    const opened = await openEnvironment(context, args.environment);
    const facts = await promiseFacts(context, opened, await openHost(context, opened));
    const ledger = ledgerOf(facts);
    const about = { project: opened.project.name, version: context.version };
    const style = chooseStyle(context.env, context.stdout.isTTY === true);
    printResult(context, { project: about.project, ...ledger }, () =>
      options.markdown ? reportText(ledger, facts.evidence, about) : ledgerText(ledger, style, about.project),
    );
    return exitCodes[ledger.outcome];
  },
});
