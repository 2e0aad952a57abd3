import { ReadStream } from "node:tty";
import { whoText } from "../engine/who.ts";
import { askPerson } from "../questions/ask-person.ts";
import { terminalKeys, type KeyPresses } from "../questions/key-presses.ts";
import type { AskPerson } from "../questions/question.ts";
import type { CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { ownWho } from "./with-lease.ts";

/** Whoever decides: at this terminal where there is one, and by `cozy answer` in any case. */
export function personFor(context: CommandContext, { paths }: OpenEnvironment): AskPerson {
  return askPerson({
    folder: paths.questions,
    now: context.now,
    who: async () => whoText(await ownWho(context)),
    keys: keysOf(context),
  });
}

function keysOf({ stdin, stdout, json, env }: CommandContext): KeyPresses | undefined {
  const shown = stdout.isTTY === true && !json && !env["CI"];
  if (!shown || !(stdin instanceof ReadStream)) return undefined;
  return terminalKeys(stdin, (signal) => process.kill(process.pid, signal));
}
