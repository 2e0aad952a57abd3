import { splitCommand } from "../command-words.ts";
import type { CommandText } from "./findings.ts";

/** A line of a Procfile. */
export interface ProcfileLine {
  readonly type: string;
  /** As it is written, for a shell. */
  readonly command: string;
}

export function readProcfile(text = ""): ProcfileLine[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, type, command] = /^([A-Za-z][\w-]*):\s*(\S.*?)\s*$/.exec(line) ?? [];
    if (type === undefined || command === undefined) return [];
    return [{ type: type.toLowerCase().replaceAll("_", "-"), command }];
  });
}

/** A command that was written for a shell: where it needs none, none is used. */
export function commandText(command: string): CommandText {
  if (splitCommand(command).ok) return isAssignment(command) ? `env ${command}` : command;
  // Without `exec` the shell would stand between cozy's signals and the application; with several commands it has to.
  const single = !/[;&|\n]/.test(command) && !isAssignment(command);
  return ["sh", "-c", single ? `exec ${command}` : command];
}

/** Words as a command: one string where a reader takes them apart as cozy does. */
export function wordsText(words: readonly string[]): CommandText {
  return words.every((word) => /^[\w@%+=:,./{}-]+$/.test(word)) ? words.join(" ") : words;
}

export function isAssignment(command: string): boolean {
  return /^[A-Za-z_]\w*=/.test(command);
}

/** A command as one line, for the report. */
export function shownCommand(command: CommandText): string {
  return typeof command === "string" ? command : command.join(" ");
}
