import { CozyError } from "../errors/cozy-error.ts";
import { nearest } from "../shared/nearest.ts";
import { listed } from "../shared/words.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand } from "./define-command.ts";

/** What was asked of `cozy secrets`: the words behind the action, and the options. */
export interface SecretsRequest {
  readonly words: readonly string[];
  readonly name: string | undefined;
  readonly generated: boolean;
}

type Action = (context: CommandContext, request: SecretsRequest) => Promise<number>;

/** Loaded when it is asked for: most of them never load age. */
const actions: Readonly<Record<string, () => Promise<Action>>> = {
  init: async () => (await import("./secrets-init.ts")).initSecrets,
  set: async () => (await import("./secrets-set.ts")).setSecret,
  get: async () => (await import("./secrets-get.ts")).getSecret,
  list: async () => (await import("./secrets-list.ts")).listSecrets,
  edit: async () => (await import("./secrets-edit.ts")).editSecrets,
  remove: async () => (await import("./secrets-remove.ts")).removeSecrets,
  rotate: async () => (await import("./secrets-rotate.ts")).rotateSecrets,
  diff: async () => (await import("./secrets-diff.ts")).diffSecrets,
};

export const command = defineCommand({
  name: "secrets",
  description:
    "The secrets of an environment, kept in the repository: `secrets/<environment>.encrypted`, where each value is encrypted with age to those that `secrets/recipients` names. `init` makes your identity and adds you there; `set` takes a value from a pipe or asks for it; `get` prints one; `list` shows names, never values; `edit` opens all of them in $EDITOR; `remove` takes some out; `rotate` encrypts anew after recipients have changed, in all environments where none is named; `diff` compares with what the project file takes, or with another environment. Changes files of the working tree only: commit them.",
  arguments: [
    {
      name: "action",
      help: listed(Object.keys(actions).map((name) => `\`${name}\``)),
      choices: Object.keys(actions),
    },
    { name: "environment", help: "an environment of the project", optional: true },
    {
      name: "secret",
      help: "names of secrets; with `diff`, another environment",
      optional: true,
      repeats: true,
    },
  ],
  options: {
    name: { kind: "text", placeholder: "word", help: "with init: what you are called in secrets/recipients" },
    generated: { kind: "flag", help: "with set: a value drawn at random that nobody gets to see" },
  },
  examples: [
    "cozy secrets init",
    "cozy secrets set production STRIPE_KEY",
    "cozy secrets set production TLS_KEY < key.pem",
    "cozy secrets list production",
    "cozy secrets diff staging production",
    "cozy secrets rotate",
  ],
  async run(context, { args, options, words }) {
    const { action = "", environment } = args;
    const load = Object.hasOwn(actions, action) ? actions[action] : undefined;
    if (load === undefined) throw unknownAction(action);
    if (options.name !== undefined && action !== "init") throw onlyWith("--name", "init");
    if (options.generated && action !== "set") throw onlyWith("--generated", "set");
    const all = [...(environment === undefined ? [] : [environment]), ...words];
    const { name, generated } = options;
    return (await load())(context, { words: all, name, generated });
  },
});

function unknownAction(action: string): CozyError {
  const [near] = nearest(action, Object.keys(actions));
  return new CozyError("wrong-usage", {
    message: `cozy secrets has no action "${action}"${near === undefined ? "" : `; did you mean ${near}?`}`,
    next: "cozy secrets --help",
  });
}

function onlyWith(option: string, action: string): CozyError {
  return new CozyError("wrong-usage", {
    message: `${option} counts only with ${action}.`,
    next: "cozy secrets --help",
  });
}
