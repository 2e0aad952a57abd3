import { quote } from "../hosts/ssh/quote.ts";
import { readerFile } from "./certificate-sharing.ts";
import { proofTokenFile } from "../hosts/this-machine/places.ts";
import { layoutOf, type SetupRequest } from "./setup-request.ts";

/** Shell text that says what set-up has to know of a host: a name and its value in base64 a line. For the end of a set-up script. */
export function factsText(request: Pick<SetupRequest, "project" | "environment" | "target">): string {
  const { id, paths, certificates, machine } = layoutOf(request);
  const user = quote(request.target.user);
  const token = quote(proofTokenFile(paths));
  return String.raw`
fact() { printf 'fact %s %s\n' "$1" "$(base64 -w0)" >&4; }
( . /etc/os-release; printf '%s %s' "$ID" "$VERSION_ID" ) | fact os
uname -m | fact machine
printf %s "\${SSH_CONNECTION-}" | fact connection
# sudo may take the variable away; sshd's own settings say where it listens.
sshd -T 2>/dev/null | fact sshd
cat ~/.ssh/authorized_keys "$(getent passwd "\${SUDO_USER:-root}" | cut -d: -f6)/.ssh/authorized_keys" 2>/dev/null | fact keys
{ test -e /proc/net/if_inet6 && ip -6 addr show dev lo | grep -c inet6; } 2>/dev/null | fact ipv6
nginx -V 2>&1 | fact nginx
# As its user: in that one's folder it may be a link to any file of root's.
as_user ${user} md5sum -- ${token} 2>/dev/null | fact token
cat ${quote(`${certificates}/chain.pem`)} 2>/dev/null | fact chain
ls ${quote(`/etc/letsencrypt/renewal/${id}.conf`)} 2>/dev/null | fact renews
cat ${quote(readerFile({ certificates }))} 2>/dev/null | fact reader
for record in ${quote(paths.releases)}/*/release.json; do
  [ ! -e "$record" ] || { as_user ${user} cat -- "$record" || printf '?'; printf '\0'; }
done 2>/dev/null | fact releases
stat -c %U ${quote(machine.home)} 2>/dev/null | fact owner
ss -Hltunp 2>/dev/null | fact listeners
`.replaceAll("\\${", "${");
}
