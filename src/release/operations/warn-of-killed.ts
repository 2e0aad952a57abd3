import type { OperationContext } from "../../engine/operation.ts";
import type { StopReport } from "../../hosts/host.ts";
import type { HostWorld } from "../world.ts";

/** Says which instances did not heed their stop signal: what they were at may be half done. */
export function warnOfKilled(
  { killed }: StopReport,
  { warn }: Pick<OperationContext<HostWorld>, "warn">,
): void {
  for (const { id, afterMs } of killed) {
    warn(
      `${id.type}.${id.index} of ${id.release} did not end within its stop time-out of ${afterMs / 1000} s and was killed; what it was at may be half done.`,
    );
  }
}
