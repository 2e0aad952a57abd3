import type { Operation } from "../../engine/operation.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { askAndNote } from "../../questions/ask-and-note.ts";
import type { ReleaseWorld } from "../world.ts";

export interface PauseForPersonInput {
  readonly host: string;
  readonly release: string;
  readonly environment: string;
  /** What comes next: `python manage.py migrate`. */
  readonly before: string;
}

/** A week: whoever asked to be waited for has a reason to take their time. */
const longestMs = 7 * 86_400_000;

/** Stops until a person says how it goes on; the lease is kept meanwhile, so that nobody else deploys. */
export const pauseForPerson: Operation<PauseForPersonInput, ReleaseWorld> = {
  kind: "pause-for-person",
  async run({ release, environment, before }, context) {
    const { choice, who } = await askAndNote(
      {
        name: "pause",
        release,
        text: `Next comes \`${before}\` on ${environment}.`,
        choices: [
          { word: "go-on", text: "go on" },
          { word: "take-back", text: "take the deploy back" },
        ],
      },
      environment,
      context,
    );
    if (choice === "go-on") return `${who} said to go on`;
    throw new CozyError("declined", {
      message: `${who} had the deploy taken back before \`${before}\`.`,
    });
  },
  verify: async () => true, // what a person has said once need not be asked again
  deadlineMs: () => longestMs,
};
