import { constants } from "node:os";
import type { Exit } from "./child.ts";

/** Ends this process as another one has ended, so that whoever looks after it sees the same. */
export function endAs({ code, signal }: Exit): void {
  if (signal === null) return process.exit(code ?? 1);
  process.removeAllListeners(signal);
  // Without a listener Node takes this one as the wish to debug it.
  if (signal === "SIGUSR1") return process.exit(128 + constants.signals.SIGUSR1);
  process.kill(process.pid, signal);
}
