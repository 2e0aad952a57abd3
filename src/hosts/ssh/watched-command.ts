/**
 * The words that run a command on a host so that it ends with the connection, or as soon as the deployer does not want it any more:
 * sshd itself leaves it running. `inputBytes` of the standard input are the command's; whoever started it keeps the rest of it open, and
 * closes it to end the command. Pure.
 */
export function watchedCommand(
  command: readonly string[],
  { inputBytes, as }: { readonly inputBytes: number; readonly as?: string | undefined },
): readonly string[] {
  const root = as === undefined ? [] : ["sudo", "-n", "-H", "-u", as, "--"];
  // The shell of the login, or of sudo, leads the process group that is ended; `exec` leaves no shell between.
  return ["exec", ...root, "setsid", "-w", "/bin/sh", "-c", watch, "cozy", String(inputBytes), ...command];
}

/**
 * The command and who watches the input are two ends of a pipe. Which exit code the command had comes by the substitution, because a
 * shell that waits for a pipe waits for both of its ends.
 */
const watch = `
count=$1; shift
exec 3<&0 5>&1
code=$(
  {
    head -c "$count" <&3
    exec >&-
    cat <&3 >/dev/null
    if kill -0 "$$"; then trap '' TERM; kill -TERM 0; sleep 5; kill -KILL 0; fi
  } 2>/dev/null 5>&- | { "$@" 3<&- >&5 5>&-; echo "$?"; } 3<&- &
)
exit "$code"
`;
