import { takeOverLease } from "../engine/hold-lease.ts";
import { raiseFences } from "../engine/raise-fences.ts";
import { printResult } from "./command-context.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { leaseText } from "./lease-text.ts";
import { openEnvironment } from "./open-environment.ts";
import { openHosts, openHostsToTell } from "./open-hosts.ts";
import { leaseRequest } from "./with-lease.ts";

export const command = defineCommand({
  name: "lease",
  description:
    "Shows who holds the right to change an environment, from where, why, since when and until when. With --take-over it is taken from them: from then on they can't switch traffic any more.",
  arguments: [environmentArgument],
  options: { takeOver: { kind: "flag", help: "take it from whoever holds it, and give it free" } },
  examples: ["cozy lease staging", "cozy lease staging --take-over"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    const name = opened.environment.name;
    const fleet = await (options.takeOver ? openHosts : openHostsToTell)(context, opened);
    if (options.takeOver) {
      const hold = await takeOverLease(fleet.lease, await leaseRequest(context, { command: "take-over" }));
      try {
        await raiseFences(hold, fleet.hosts, context.signal);
      } finally {
        await hold.release();
      }
      printResult(
        context,
        { takenOver: true, token: hold.token },
        () => `The lease of ${name} was taken over, and is free.`,
      );
      return 0;
    }
    const away = fleet.unreachable.find(({ host }) => host === fleet.names[0]);
    if (away?.refusal !== undefined) throw away.refusal;
    const { lease, at } = await fleet.lease.read(context.signal);
    printResult(context, lease ?? null, () => leaseText(lease, name, at));
    return 0;
  },
});
