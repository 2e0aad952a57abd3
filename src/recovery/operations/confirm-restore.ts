import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { askAndNote } from "../../questions/ask-and-note.ts";
import type { ReleaseWorld } from "../../release/world.ts";
import { lossLines } from "../loss.ts";
import type { RestoreInput } from "./restore-aside.ts";

export interface ConfirmRestoreInput extends RestoreInput {
  readonly release: string;
  readonly environment: string;
  /** Whether whoever restores has said beforehand that it may happen. */
  readonly yes: boolean;
  /** The command that would do it without asking. */
  readonly again: string;
}

/** A day: the site serves meanwhile, and what would be lost grows. */
const longestMs = 86_400_000;

/** Says what would be lost before it happens, and goes on only where somebody wants it to. */
export const confirmRestore: Operation<ConfirmRestoreInput, ReleaseWorld> = {
  kind: "confirm-restore",
  async run(input, context) {
    const { world, signal, note } = context;
    const { release, environment, backup } = input;
    const lines = lossLines(await (await world.restorer()).loss(input, signal));
    if (!input.yes && !world.person.atTerminal) {
      throw new CozyError("restore-not-confirmed", {
        message: `Nobody is at a terminal to say whether ${environment} is to lose what backup ${backup} does not have.`,
        details: lines,
        next: input.again,
      });
    }
    for (const line of lines) note(line);
    if (input.yes) return "by --yes";
    const { choice, who } = await askAndNote(
      {
        name: "restore",
        release,
        text: `Restore backup ${backup}? The site answers 503 for a moment.`,
        choices: [
          { word: "keep", text: "keep the data as it is" },
          { word: "restore", text: "restore" },
        ],
      },
      environment,
      context,
    );
    if (choice === "restore") return `${who} said to restore`;
    throw new CozyError("declined", { message: `${who} kept the data as it is.` });
  },
  verify: async () => true, // what a person has said once need not be asked again
  deadlineMs: () => longestMs,
};
