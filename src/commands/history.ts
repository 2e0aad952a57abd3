import { history } from "../engine/journal-store.ts";
import { historyEntry } from "../engine/history-entry.ts";
import { operationTimes } from "../engine/operation-times.ts";
import { messageOf } from "../errors/cozy-error.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { historyText } from "./history-text.ts";
import { openEnvironment } from "./open-environment.ts";

export const command = defineCommand({
  name: "history",
  description:
    "Who changed an environment, from where, when, over which commits, why, and with what outcome; newest first.",
  arguments: [environmentArgument],
  options: { most: { kind: "number", placeholder: "count", help: "how many (20)", short: "n" } },
  where: "keeper",
  examples: ["cozy history staging", "cozy history staging -n 100 --json"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const journals = await history(opened.journals, options.most ?? 20);
    const entries = journals.map((journal) =>
      "error" in journal
        ? { journal: journal.name, unreadable: messageOf(journal.error) }
        : { ...historyEntry(journal), operations: operationTimes(journal) },
    );
    printResult(context, entries, () => historyText(entries, opened.environment.name));
    return 0;
  },
});
