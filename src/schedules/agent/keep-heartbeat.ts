import { messageOf } from "../../shared/thrown.ts";
import { beat } from "../../recovery/heartbeat.ts";

export interface HeartbeatParts {
  /** The application's database; there may be none yet. */
  readonly file: string;
  readonly now: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Tells what somebody has to know. */
  readonly say: (line: string) => void;
}

const everyMs = 60_000;
/** How often a beat is tried while others write, and how long it lets them in between. */
const tries = 5;
const betweenMs = 1_000;

/** Writes the heartbeat each minute, for as long as this process lives. */
export async function keepHeartbeat(parts: HeartbeatParts): Promise<never> {
  let fault: string | undefined;
  for (;;) {
    fault = await beatOnce(parts, fault);
    await parts.pause(everyMs);
  }
}

/** One beat; gives what is wrong, which is told when it begins, when it changes and when it is over, and not each minute. */
export async function beatOnce(
  parts: HeartbeatParts,
  before: string | undefined,
): Promise<string | undefined> {
  const fault = await faultOfBeat(parts);
  if (fault !== before) parts.say(fault ?? "the heartbeat is written again");
  return fault;
}

async function faultOfBeat({ file, now, pause }: HeartbeatParts): Promise<string | undefined> {
  try {
    for (let left = tries; left > 0; left -= 1) {
      if (beat(file, now()) !== "in use") return undefined;
      if (left > 1) await pause(betweenMs);
    }
    return `the heartbeat could not be written to ${file}: others have kept it in use for over ${((tries - 1) * betweenMs) / 1000} s`;
  } catch (error) {
    return messageOf(error);
  }
}
