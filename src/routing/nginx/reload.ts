import { shellLine } from "../../hosts/ssh/quote.ts";
import { debianPlaces } from "./site-facts.ts";

/** Where `cozy setup` puts it. */
export const reloadPath = "/usr/lib/cozy/reload-nginx";

/** How long clients that ask all the time have to come by a new connection, in seconds. */
const leaveSeconds = 2;

/**
 * A root program that has nginx read its files again. nginx closes the connections that it keeps for a next request at once, and a
 * request that is on its way by one of them is lost; so clients are asked first not to use theirs again. Where nobody has a
 * connection nothing is waited for. What takes the sign away again lives on where the program is killed. Pure.
 */
export function reloadProgram(leaving = debianPlaces.leaving): string {
  return `#!/bin/sh
# Has nginx read its files again without losing a request; made by cozy setup.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
sign=${shellLine([leaving])}
mkdir -p "$(dirname "$sign")"
exec 9>"$sign.lock"
flock -w 30 9
if systemctl is-active --quiet nginx && ss -Htn state established '( sport = :80 or sport = :443 )' | grep -q .; then
  echo "$$" >"$sign"
  setsid sh -c 'sleep "$1"; [ "$(cat "$2")" != "$3" ] || rm -f "$2"' sh ${leaveSeconds + 2} "$sign" "$$" </dev/null >/dev/null 2>&1 9>&- &
  sleep ${leaveSeconds}
fi
systemctl reload-or-restart nginx 9>&-
`;
}
