import { scriptExits } from "../../hosts/agent/agent-scripts.ts";

/**
 * `<node> <code> <folder of orders>`: lays the order that comes on the standard input into a folder of its own, which only the deployer's
 * user can look into, and prints its name; else the exit code says what is missing. Orders that killed deployers left go after a day.
 */
export const layOrderScript = [
  `test -x "$1" || exit ${scriptExits.nodeMissing}`,
  `test -f "$2" || exit ${scriptExits.codeMissing}`,
  "set -e",
  "umask 077",
  'mkdir -p "$3"',
  `find "$3" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} +`,
  'folder=$(mktemp -d "$3/XXXXXXXXXXXX")',
  'cat > "$folder/order.json"',
  `printf '%s' "$folder"`,
].join("\n");

/** `<node> <code> <folder>`: becomes cozy, which carries the order out; its number is left for whoever wants to end it. */
export const carryOutScript = [
  `printf '%s' "$$" > "$3/process"`,
  'export NODE_COMPILE_CACHE="${2%/*}/compiled"',
  'exec "$@"',
].join("\n");

/** `<folder> <signal>`: tells the cozy that carries the order out; done where it has ended already. */
export const tellScript = [
  'process=$(cat "$1/process" 2>/dev/null) || exit 0',
  'kill -s "$2" "$process" 2>/dev/null || exit 0',
].join("\n");
