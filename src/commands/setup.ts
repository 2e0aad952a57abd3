import { CozyError } from "../errors/cozy-error.ts";
import { defineCommand, environmentArgument } from "./define-command.ts";
import { openEnvironment } from "./open-environment.ts";
import { removeSetUp } from "./remove-set-up.ts";
import { setUp } from "./set-up.ts";

export const command = defineCommand({
  name: "setup",
  description:
    "Prepares the servers of an environment over SSH: users and folders, nginx and its site, systemd's units, Redis where it is declared, the firewall with the declared ports only, fail2ban, security upgrades, the time, sshd by keys only. A builder that is none of them gets whoever deploys, cozy's folders and compilers, and nothing else. It looks first and changes what differs, so it can be run again at any time; what was changed by hand is shown, kept and replaced. `cozy plan --setup` only looks. With --remove it takes the environment away again; its data stays unless --data says otherwise.",
  arguments: [environmentArgument],
  options: {
    remove: {
      kind: "flag",
      help: "take the environment away from its hosts; other environments there stay as they are",
    },
    data: {
      kind: "flag",
      help: "with --remove: pack its data away on each host, and remove it with its users",
    },
    host: {
      kind: "text",
      placeholder: "host",
      help: "with --remove: from this server alone, which has left the others",
    },
    yes: { kind: "flag", help: "with --remove: without being asked" },
  },
  examples: ["cozy setup production", "cozy plan production --setup", "cozy setup staging --remove"],
  async run(context, { args, options }) {
    const opened = await openEnvironment(context, args.environment);
    refuseHostAlone(options);
    if (options.remove) return removeSetUp(context, opened, options);
    return setUp(context, opened, { check: false });
  },
});

/** Servers of one environment are set up alike, and all at once. */
function refuseHostAlone({
  host,
  remove,
}: {
  readonly host: string | undefined;
  readonly remove: boolean;
}): void {
  if (host === undefined || remove) return;
  throw new CozyError("wrong-usage", {
    message: "--host goes with --remove: the servers of an environment are set up alike, and all at once.",
    state: "Nothing was changed.",
    next: "The same command without --host.",
  });
}
