import { CozyError } from "../errors/cozy-error.ts";
import { candidateLines, completionScripts, shells, type Shell } from "./completion-scripts.ts";
import type { CommandContext } from "./command-context.ts";
import { defineCommand } from "./define-command.ts";

export const command = defineCommand({
  name: "completion",
  description:
    "Prints the script that lets a shell complete commands, options, environments, releases and schedules. Put `source <(cozy completion bash)` into ~/.bashrc, `source <(cozy completion zsh)` into ~/.zshrc behind compinit, or `cozy completion fish | source` into ~/.config/fish/config.fish. The script asks `cozy completion words` at each completion, so it stays right when cozy is updated.",
  arguments: [
    { name: "shell", help: "bash, zsh or fish" },
    { name: "for", help: "with `words` in place of a shell: the shell that asks", optional: true },
  ],
  options: {},
  takesRest: "<words so far>",
  examples: ["source <(cozy completion bash)", "cozy completion fish | source"],
  async run(context, { args, rest }) {
    if (args.shell === "words") return printWords(context, args.for, rest);
    const shell = shells.find((name) => name === args.shell);
    if (shell === undefined) {
      throw new CozyError("wrong-usage", {
        message: `cozy has no completion for "${args.shell}"; it has one for ${shells.join(", ")}.`,
        next: "cozy completion --help",
      });
    }
    context.stdout.write(completionScripts[shell]);
    return 0;
  },
});

/** Whoever presses Tab has no use for an error: there is just nothing to complete. */
async function printWords(
  context: CommandContext,
  asked: string | undefined,
  words: readonly string[],
): Promise<number> {
  const shell: Shell = shells.find((name) => name === asked) ?? "bash";
  try {
    const [{ completionWords }, { completionNames }, { commandIndex }] = await Promise.all([
      import("./completion-words.ts"),
      import("./completion-names.ts"),
      import("./index.ts"),
    ]);
    const config = words.indexOf("--config");
    const configPath = config === -1 || config >= words.length - 2 ? undefined : words[config + 1];
    const names = completionNames({ ...context, configPath });
    context.stdout.write(candidateLines(shell, await completionWords({ index: commandIndex, words, names })));
  } catch {
    return 1;
  }
  return 0;
}
