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
  let written: number | undefined;
  return {
    tell(text) {
      const now = performance.now();
      if (written !== undefined && now - written < everyMs) return;
      written = now;
      stderr.write(`\r\x1b[2K${truncate(text, (stderr.columns ?? 80) - 1)}`);
    },
    end() {
      if (written !== undefined) stderr.write("\r\x1b[2K");
    },
  };
}
