import { truncate } from "../events/text-width.ts";
import type { CommandContext } from "./command-context.ts";

/** How often a line that a person reads is worth being written anew. */
const everyMs = 80;

/** One line on a terminal that says what is being done, and is gone afterwards; nothing anywhere else. */
export function progressLine({ json, stderr }: Pick<CommandContext, "json" | "stderr">): {
  tell(text: string): void;
  end(): void;
} {
  if (json || stderr.isTTY !== true) return { tell: () => undefined, end: () => undefined };
  let latest = "";
  let writtenAt: number | undefined;
  // What was told last may be true for long, so it is written late and not left out.
  let waiting: NodeJS.Timeout | undefined;
  const write = (): void => {
    waiting = undefined;
    writtenAt = performance.now();
    stderr.write(`\r\x1b[2K${truncate(latest, (stderr.columns ?? 80) - 1)}`);
  };
  return {
    tell(text) {
      latest = text;
      if (waiting !== undefined) return;
      const restMs = writtenAt === undefined ? 0 : writtenAt + everyMs - performance.now();
      if (restMs <= 0) write();
      else waiting = setTimeout(write, restMs).unref();
    },
    end() {
      clearTimeout(waiting);
      if (writtenAt !== undefined) stderr.write("\r\x1b[2K");
    },
  };
}
