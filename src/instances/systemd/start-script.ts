import { quote, shellLine } from "../../hosts/ssh/quote.ts";
import { instanceName, type InstanceSpec } from "../instance.ts";
import { defaultTiming } from "../supervisor-settings.ts";

/**
 * What systemd starts an instance with: it waits a little where the one before ended early, clears the socket away, and becomes the
 * command, with just the variables that the release names. The values come from the credential, so they stand in no argument and in no
 * environment but that of the command. Pure.
 */
export function startScript({ id, command, folder, socket }: InstanceSpec): string {
  return lines([
    `# Starts ${instanceName(id)}; written by cozy.`,
    "set -u",
    'if [ -f "$RUNTIME_DIRECTORY/ended" ]; then',
    '  read -r ends rest < "$RUNTIME_DIRECTORY/ended"',
    "  case $ends in",
    "    0 | 1) ;;",
    ...waits().map(([ends, seconds]) => `    ${ends}) sleep ${seconds} ;;`),
    `    *) sleep ${defaultTiming.backOffMaxMs / 1000} ;;`,
    "  esac",
    "fi",
    ': > "$RUNTIME_DIRECTORY/started"',
    ...(socket === undefined ? [] : [`/bin/rm -f -- ${quote(socket)}`]),
    ...becoming(command, folder),
  ]);
}

/** The same for a command that runs to its end. */
export function onceScript(
  command: readonly string[],
  folder: string,
  openFiles: number | undefined,
): string {
  return lines([
    "# Runs a command once; written by cozy.",
    "set -u",
    ...(openFiles === undefined ? [] : [`ulimit -S -n ${openFiles} || exit 126`]),
    ...becoming(command, folder),
  ]);
}

/**
 * What systemd runs after each end of an instance: it notes how it ended and how many times it has now ended early, for the next start
 * and for whoever asks. The note goes with the folder when the instance is stopped.
 */
export function endedScript(): string {
  return lines([
    "# Notes how an instance ended; written by cozy.",
    "set -u",
    'cd "$RUNTIME_DIRECTORY" || exit 0',
    "now=$(date +%s)",
    "ends=0",
    "if [ -f ended ]; then read -r ends rest < ended; fi",
    "since=$now",
    "if [ -f started ]; then since=$(stat -c %Y started); fi",
    `if [ $((now - since)) -ge ${defaultTiming.calmAfterMs / 1000} ]; then ends=0; fi`,
    `printf '%s %s %s %s\\n' $((ends + 1)) "\${EXIT_CODE:-exited}" "\${EXIT_STATUS:-0}" "$now" > ended.new`,
    "mv ended.new ended",
  ]);
}

/** The credential: variables as lines for a shell. Names come from the project file, whose rules let no others pass. */
export function environmentLines(variables: Readonly<Record<string, string>>): string {
  return lines(
    Object.entries(variables).map(([name, value]) => {
      if (!/^[A-Za-z_]\w*$/.test(name)) throw new TypeError(`${name} is no name of a variable.`);
      return `export ${name}=${quote(value)}`;
    }),
  );
}

/** Names that the shell and systemd bring; the release's own values come after. */
const foreign = [
  "HOME",
  "INVOCATION_ID",
  "JOURNAL_STREAM",
  "LANG",
  "LOGNAME",
  "OLDPWD",
  "PATH",
  "PWD",
  "RUNTIME_DIRECTORY",
  "SHELL",
  "SYSTEMD_EXEC_PID",
  "USER",
];

function becoming(command: readonly string[], folder: string): string[] {
  return [
    `cd ${quote(folder)} || exit 126`,
    `unset ${foreign.join(" ")}`,
    '. "$CREDENTIALS_DIRECTORY/environment"',
    "unset CREDENTIALS_DIRECTORY",
    `exec ${shellLine(command)}`,
  ];
}

/** Seconds to wait by how many times it has ended early; systemd itself has waited before the first. */
function waits(): [number, number][] {
  const { backOffFirstMs, backOffMaxMs } = defaultTiming;
  const all: [number, number][] = [];
  for (let ends = 2, ms = backOffFirstMs * 2; ms < backOffMaxMs; ends += 1, ms *= 2)
    all.push([ends, ms / 1000]);
  return all;
}

function lines(all: readonly string[]): string {
  return `${all.join("\n")}\n`;
}
