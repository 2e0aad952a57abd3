/** How the scripts below end, where it is not by the agent itself. */
export const scriptExits = { nodeMissing: 41, codeMissing: 42, damaged: 43, nodeBroken: 44 } as const;

/**
 * `<node> <code> <project> <environment>`: becomes the agent if both are there, in one round trip. What Node has compiled once it keeps
 * beside the code, which saves a third of each start.
 */
export const startScript = [
  `test -x "$1" || exit ${scriptExits.nodeMissing}`,
  `test -f "$2" || exit ${scriptExits.codeMissing}`,
  'export NODE_COMPILE_CACHE="${2%/*}/compiled"',
  'exec "$@"',
].join("\n");

/** `<folder> <room>`: a place for what is sent, after what killed deployers have left for a day was removed. */
export const makeRoomScript = [
  "set -e",
  "umask 022",
  'mkdir -p "$1" "$2"',
  `find "$1" -mindepth 1 -maxdepth 1 -name '.incoming-*' -mmin +1440 -exec rm -rf {} +`,
].join("\n");

/**
 * `<folder> <room> <hash of the code> <name of the Node, or nothing>`: moves in what has arrived, when it is what was sent by the
 * checksums on the standard input. Of two that come at once one is enough.
 */
export const installScript = [
  "set -e",
  "umask 022",
  'cd "$2"',
  `sha256sum --check --strict --status - || { rm -rf "$2"; exit ${scriptExits.damaged}; }`,
  'if [ -n "$4" ]; then',
  "  chmod 755 node",
  `  ./node --version > version || { rm -rf "$2"; exit ${scriptExits.nodeBroken}; }`,
  '  mv -f node "$1/$4"',
  "fi",
  "chmod 755 code",
  "chmod 644 code/*",
  'mv -T code "$1/$3" 2>&- || test -d "$1/$3"',
  'cd "$1"',
  'rm -rf "$2"',
].join("\n");

/** `<folder> <room>`: takes the place away again, and says how many blocks of how many bytes each are free then. */
export const leaveRoomScript = 'rm -rf "$2"; stat --file-system --format="%a %S" "$1"';
