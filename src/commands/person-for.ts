import { ReadStream } from "node:tty";
import { askPerson } from "../questions/ask-person.ts";
import { terminalKeys, type KeyPresses } from "../questions/key-presses.ts";
import type { AskPerson } from "../questions/question.ts";
import type { CommandContext } from "./command-context.ts";
import type { KeptThings } from "./open-hosts.ts";
import { ownWhoText } from "./with-lease.ts";

/** Whoever decides: at this terminal where there is one, and by `cozy answer` in any case. */
export function personFor(context: CommandContext, { questions }: Pick<KeptThings, "questions">): AskPerson {
  return askPerson({
    questions,
    now: context.now,
    who: () => ownWhoText(context),
    keys: keysOf(context),
  });
}

function keysOf({ stdin, stdout, json, env }: CommandContext): KeyPresses | undefined {
  const shown = stdout.isTTY === true && !json && !env["CI"];
  if (!shown || !(stdin instanceof ReadStream)) return undefined;
  return terminalKeys(stdin, (signal) => process.kill(process.pid, signal));
}
