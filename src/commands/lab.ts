import { CozyError } from "../errors/cozy-error.ts";
import { checkMachine, thisMachine } from "../lab/requirements.ts";
import { nearest } from "../shared/nearest.ts";
import { defineCommand } from "./define-command.ts";
import { actions } from "./lab-actions.ts";
import { parseLabWords, type LabAction } from "./lab-words.ts";

export const command = defineCommand({
  name: "lab",
  description:
    "Real Debian 12 hosts on this Linux machine, with systemd and an SSH server each, to try set-up, deploys and failures in: `up` boots them, `status` shows how to reach them, `exec` runs a command in one, or a shell where none is given. `cut`, `slow` and `heal` change a host's link, `kill` takes its power away, `reboot` boots it again with its disk as it was. `down` leaves nothing behind. It needs root. The first `up` builds the image that hosts boot from, which takes minutes and is kept.",
  arguments: [
    {
      name: "action",
      help: "up, status, exec, cut, slow, heal, kill, reboot or down",
      choices: Object.keys(actions),
    },
    { name: "host", help: "the host that is meant, for those that are about one", optional: true },
  ],
  options: {
    name: { kind: "text", placeholder: "lab", help: "which lab, where there are several (lab)" },
    hosts: {
      kind: "text",
      placeholder: "count",
      help: "with up: how many hosts, or their names: web1,web2 (2)",
    },
    balancer: { kind: "flag", help: "with up: another host that spreads requests over those that are ready" },
    readyPath: {
      kind: "text",
      placeholder: "path",
      help: "with --balancer: answered with 200 by a host that is ready",
    },
    endsTls: {
      kind: "flag",
      help: "with --balancer: it ends TLS, by a certificate that it made itself; else it passes TLS through",
    },
    disk: { kind: "text", placeholder: "size", help: "with up: room on each host's disk (4GB)" },
    delay: { kind: "text", placeholder: "duration", help: "with slow: added to a round trip (50ms)" },
    loss: { kind: "text", placeholder: "share", help: "with slow: of the packets each way, as 5% (0%)" },
  },
  takesRest: "<command>",
  examples: [
    "cozy lab up --hosts 4",
    "cozy lab status --json",
    "cozy lab exec host1 -- journalctl -n 20",
    "cozy lab slow host2 --delay 50ms --loss 5%",
    "cozy lab kill host2",
    "cozy lab down",
  ],
  async run(context, { args, options, rest }) {
    const action = actionOf(args.action);
    const words = parseLabWords({ action, host: args.host, options, rest });
    const again = ["cozy", "lab", action, ...(args.host === undefined ? [] : [args.host])];
    checkMachine(thisMachine(context.env), again.join(" "));
    return actions[action](context, words);
  },
});

function actionOf(word: string | undefined): LabAction {
  const names = Object.keys(actions);
  if (word !== undefined && isAction(word)) return word;
  const [near] = nearest(word ?? "", names);
  throw new CozyError("wrong-usage", {
    message: `cozy lab does not know "${word ?? ""}"${near === undefined ? "." : `; did you mean ${near}?`}`,
    details: [`It knows ${names.join(", ")}.`],
    next: "cozy lab --help",
  });
}

function isAction(word: string): word is LabAction {
  return Object.hasOwn(actions, word);
}
