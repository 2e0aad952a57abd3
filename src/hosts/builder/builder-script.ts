import { scriptExits } from "../agent/agent-scripts.ts";

/**
 * `<node> <code>`: becomes the program that builds, if both are there. It gives way to all else on the host, and leaves a quarter of the
 * memory to it where the user has a systemd of its own; whatever a build starts counts for it. `sudo` gives nothing to it, nor does any
 * other program that runs with the rights of its file's owner: a package's install script is not to do what a deployer may.
 */
export const builderScript = [
  `test -x "$1" || exit ${scriptExits.nodeMissing}`,
  `test -f "$2" || exit ${scriptExits.codeMissing}`,
  'export NODE_COMPILE_CACHE="${2%/*}/compiled"',
  'export XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/run/user/$(id -u)}"',
  "ulimit -c 0",
  "limits='systemd-run --user --scope --quiet --collect -p MemoryMax=75% -p TasksMax=4096 -p CPUWeight=20'",
  "$limits true 2>&- >&- <&- || limits=",
  'exec nice -n 10 $limits setpriv --no-new-privs "$@"',
].join("\n");
