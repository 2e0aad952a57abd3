/**
 * What every set-up script begins with: a function an item, for Debian's `sh`. Each looks first, says one line of JSON, and does nothing
 * where `check` is 1. The first failure ends the script. Files that are written under `/etc` are root's own; what lies in folders of the
 * deployer's user is written as that user, so that a link laid there leads root nowhere.
 */
export const scriptLibrary = String.raw`
LC_ALL=C DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL DEBIAN_FRONTEND PATH
umask 022
# Only reports and facts go to the output; whatever else says something is none of them.
exec 4>&1 1>&2
state=/var/lib/cozy-setup
kept=/var/backups/cozy
would=
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT

encoded() { printf %s "$1" | base64 -w0; }

report() {
  printf '{"item":%s,"outcome":"%s","note":"%s","diff":"%s"}\n' "$item" "$1" "$(encoded "\${2-}")" "$(encoded "\${3-}")" >&4
}

fail() {
  report failed "$1"
  exit 1
}

quietly() { "$@" >"$work/said" 2>&1 </dev/null; }
said() { tail -n 15 "$work/said"; }
do_or_fail() { quietly "$@" || fail "$* ended with $?: $(said)"; }
checking() { [ "$check" = 1 ]; }

# What has to be done later is noted before the change that it is for.
later() {
  [ "$1" != nothing ] || return 0
  if checking; then would="$would $1 "; return 0; fi
  # Its state is compared.
  [ "$1" != firewall ] || return 0
  : >"$state/pending/$1" || fail "could not write $state/pending/$1"
}

is_later() {
  case $would in *" $1 "*) return 0 ;; esac
  [ -e "$state/pending/$1" ]
}

# The former file, until what reads it has found the new one sound.
save_former() {
  [ "$1" = nginx ] || [ "$1" = sshd ] || return 0
  saved=$state/former/$1$2
  if [ -e "$saved" ] || [ -e "$saved.none" ]; then return 0; fi
  mkdir -p "$(dirname "$saved")"
  if [ -e "$2" ] || [ -L "$2" ]; then cp -a "$2" "$saved"; else : >"$saved.none"; fi
}

restore_former() {
  find "$state/former/$1" \( -type f -o -type l \) 2>/dev/null | while read -r saved; do
    path=\${saved#"$state/former/$1"}
    case $saved in
      *.none) rm -f "\${path%.none}" ;;
      *) cp -a "$saved" "$path.cozy-new" && mv -fT "$path.cozy-new" "$path" ;;
    esac
  done
  forget_former "$1"
}

forget_former() { rm -rf "$state/former/$1" "$state/pending/$1"; }

# sha256 of what set-up wrote here last; a file that is another now was changed by hand.
note_written() {
  grep -v "  $1\$" "$state/written" >"$work/written" 2>/dev/null
  sha256sum "$1" >>"$work/written"
  mv -f "$work/written" "$state/written"
}

is_by_hand() {
  [ -e "$1" ] || return 1
  ! grep -qxF "$(sha256sum "$1")" "$state/written" 2>/dev/null
}

keep_former() {
  copy=$kept$1.$(date +%s)
  mkdir -p "$(dirname "$copy")" && chmod 700 "$kept" && cp -a "$1" "$copy" || fail "could not keep a copy of $1"
}

packages() {
  missing=
  for names in "$@"; do
    found=
    for name in $(printf %s "$names" | tr '|' ' '); do
      [ "$(dpkg-query -W -f='\${db:Status-Status}' "$name" 2>/dev/null)" != installed ] || found=1
    done
    [ -n "$found" ] || missing="$missing \${names%%|*}"
  done
  [ -n "$missing" ] || { report unchanged; return; }
  if checking; then report would-change "installs$missing"; return; fi
  # What an earlier run was killed in the middle of.
  quietly dpkg --configure -a
  if ! install_packages $missing; then
    quietly apt-get update -q
    install_packages $missing || fail "apt-get could not install$missing: $(said)"
  fi
  report changed "installed$missing"
}

install_packages() {
  quietly apt-get install -qy --no-install-recommends -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold -- "$@"
}

group() {
  if getent group "$1" >/dev/null; then report unchanged; return; fi
  if checking; then report would-change; return; fi
  do_or_fail groupadd --system -- "$1"
  report changed
}

user() {
  found=$(getent passwd "$1" | cut -d: -f6,7)
  if [ "$found" = "$3:$4" ]; then report unchanged; return; fi
  if checking; then report would-change "\${found:+had $found}"; return; fi
  if [ -n "$found" ]; then
    do_or_fail usermod --home "$3" --shell "$4" -- "$1"
  else
    do_or_fail useradd --system --gid "$2" --home-dir "$3" --no-create-home --shell "$4" -- "$1"
  fi
  report changed
}

member() {
  case " $(id -nG "$1" 2>/dev/null) " in *" $2 "*) report unchanged; return ;; esac
  if checking; then report would-change; return; fi
  do_or_fail usermod --append --groups "$2" -- "$1"
  # Its workers have the groups of the moment they were started.
  [ "$1" != www-data ] || later nginx
  report changed
}

directory() {
  found=$(stat -c %U:%G:%a -- "$1" 2>/dev/null)
  if [ "$found" = "$2:$3:$4" ] && [ -d "$1" ] && [ ! -L "$1" ]; then report unchanged; return; fi
  if checking; then report would-change "\${found:+was $found, wants }$2:$3:$4"; return; fi
  mkdir -p -- "$1" 2>"$work/said" || fail "$(said)"
  (
    # From inside, so that no link that is laid meanwhile leads elsewhere.
    cd -P -- "$1" && [ "$(pwd -P)" = "$1" ] && chown "$2:$3" . && chmod "$4" .
  ) 2>"$work/said" || fail "$1 is a link, or lies behind one: $(said)"
  report changed "\${found:+was $found}"
}

as_user() {
  name=$1
  shift
  runuser -u "$name" -- "$@"
}

lines() {
  base64 -d >"$work/lines"
  as_user "$2" cat -- "$1" >"$work/there" 2>/dev/null
  grep -vxFf "$work/there" "$work/lines" >"$work/missing"
  [ -s "$work/missing" ] || { report unchanged; return; }
  if checking; then report would-change "$(wc -l <"$work/missing") lines are missing"; return; fi
  sed '$a\' "$work/there" | cat - "$work/missing" | as_user "$2" sh -c '
    umask 077 && mkdir -p -- "$(dirname -- "$1")" && cat >"$1.cozy-new" && mv -fT -- "$1.cozy-new" "$1"
  ' sh "$1" 2>"$work/said" || fail "$(said)"
  report changed "$(wc -l <"$work/missing") lines added"
}

token() {
  if as_user "$2" test -s "$1" 2>/dev/null; then report unchanged; return; fi
  if checking; then report would-change; return; fi
  openssl rand -base64 32 | tr '+/' '-_' | tr -d '=\n' | as_user "$2" sh -c '
    umask 077 && cat >"$1.cozy-new" && mv -fT -- "$1.cozy-new" "$1"
  ' sh "$1" 2>"$work/said" || fail "$(said)"
  report changed
}

ssh_key() {
  if [ -s "$1" ] && [ -s "$1.pub" ]; then report unchanged; return; fi
  if checking; then report would-change; return; fi
  rm -f "$1.cozy-new" "$1.cozy-new.pub"
  do_or_fail ssh-keygen -q -t ed25519 -N '' -C "$2@$(uname -n)" -f "$1.cozy-new"
  mv -f "$1.cozy-new.pub" "$1.pub" && mv -f "$1.cozy-new" "$1" || fail "could not write $1"
  report changed
}

no_user() {
  if ! getent passwd "$1" >/dev/null && ! getent group "$1" >/dev/null; then report unchanged; return; fi
  if checking; then report would-change; return; fi
  ! getent passwd "$1" >/dev/null || do_or_fail userdel -- "$1"
  ! getent group "$1" >/dev/null || do_or_fail groupdel -- "$1"
  report changed
}

no_service() {
  if [ ! -e "/etc/systemd/system/$1" ] && ! systemctl is-active --quiet "$1"; then report unchanged; return; fi
  if checking; then report would-change; return; fi
  do_or_fail systemctl disable --now --quiet -- "$1"
  report changed
}

file() {
  base64 -d >"$work/new"
  found=$(stat -c %U:%G:%a -- "$1" 2>/dev/null)
  same=
  [ -L "$1" ] || ! cmp -s "$work/new" "$1" || same=1
  if [ -n "$same" ] && [ "$found" = "$2:$3:$4" ]; then
    checking || ! is_by_hand "$1" || note_written "$1"
    report unchanged
    return
  fi
  difference=
  note=
  if [ -z "$same" ]; then
    if [ "$5" = shown ] && [ -n "$found" ]; then difference=$(diff -u "$1" "$work/new" | tail -n +3 | head -c 16000); fi
    if is_by_hand "$1"; then note="was changed by hand, or is not cozy's"; fi
  else
    note="had $found"
  fi
  later "$6"
  if checking; then report would-change "$note" "$difference"; return; fi
  save_former "$6" "$1"
  if [ "\${note#was changed}" != "$note" ]; then
    keep_former "$1"
    note="$note; kept as $copy"
  fi
  mkdir -p "$(dirname "$1")" &&
    cp "$work/new" "$1.cozy-new" && chown "$2:$3" "$1.cozy-new" && chmod "$4" "$1.cozy-new" &&
    sync "$1.cozy-new" && mv -fT "$1.cozy-new" "$1" || fail "could not write $1"
  note_written "$1"
  report changed "$note" "$difference"
}

link() {
  if [ -L "$1" ] && [ "$(readlink "$1")" = "$2" ]; then report unchanged; return; fi
  later "$3"
  if checking; then report would-change; return; fi
  save_former "$3" "$1"
  note=
  if [ -f "$1" ] && [ ! -L "$1" ]; then keep_former "$1"; note="kept as $copy"; fi
  mkdir -p "$(dirname "$1")" && ln -sfn "$2" "$1.cozy-new" && mv -fT "$1.cozy-new" "$1" || fail "could not link $1"
  report changed "$note"
}

absent() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then report unchanged; return; fi
  later "$2"
  if checking; then report would-change; return; fi
  save_former "$2" "$1"
  note=
  if [ -f "$1" ] && [ ! -L "$1" ] && is_by_hand "$1"; then keep_former "$1"; note="kept as $copy"; fi
  # A link to a neighbour of its own, as a certificate is one, goes with it.
  neighbour=$(readlink "$1")
  case $neighbour in '' | */*) ;; *) rm -rf -- "$(dirname "$1")/$neighbour" ;; esac
  rm -rf -- "$1" || fail "could not remove $1"
  report changed "$note"
}

kernel() {
  if [ "$(sysctl -n "$1" 2>/dev/null)" = "$2" ]; then report unchanged; return; fi
  # A container has the kernel of its machine, which alone may set it.
  if systemd-detect-virt -cq; then report unchanged "left to the machine that this container runs on"; return; fi
  if checking; then report would-change "is $(sysctl -n "$1" 2>/dev/null), wants $2"; return; fi
  do_or_fail sysctl -q -w "$1=$2"
  report changed
}

action() {
  if ! is_later "$1"; then report unchanged; return; fi
  if checking; then report would-change; return; fi
  if ! quietly "do_$1"; then
    restore_former "$1"
    fail "$(said)"
  fi
  forget_former "$1"
  report changed
}

do_systemd() { systemctl daemon-reload; }
do_tmpfiles() { systemd-tmpfiles --create /etc/tmpfiles.d/*.conf; }
do_journald() { systemctl restart systemd-journald; }
do_sudo() { visudo -cq; }
do_sshd() { sshd -t && systemctl reload-or-restart ssh; }
do_nginx() { nginx -t -q && reload_nginx; }
reload_nginx() {
  # An environment that an older cozy has set up can be taken away without it.
  if [ -x /usr/lib/cozy/reload-nginx ]; then /usr/lib/cozy/reload-nginx; else systemctl reload-or-restart nginx; fi
}
do_fail2ban() { fail2ban-client -t && systemctl restart fail2ban; }
do_redis() {
  for unit in /etc/redis/redis-cozy-*.conf; do
    [ -e "$unit" ] || continue
    name=\${unit#/etc/redis/redis-}
    systemctl try-restart "redis-server@\${name%.conf}" || return 1
  done
}

service() {
  # Of several that do the same, the one that is installed.
  unit=\${1%%|*}
  for name in $(printf %s "$1" | tr '|' ' '); do
    if [ "$(systemctl show -p LoadState --value -- "$name")" = loaded ]; then unit=$name; break; fi
  done
  eval "$(systemctl show -p ActiveState -p UnitFileState -p ConditionResult -p ConditionTimestampMonotonic -- "$unit")"
  enabled=
  case $UnitFileState in enabled | static | alias | indirect | generated) enabled=1 ;; esac
  idle=
  [ "$ConditionResult" != no ] || [ "$ConditionTimestampMonotonic" = 0 ] || idle="its conditions do not hold here"
  if [ -n "$enabled" ] && { [ "$ActiveState" = active ] || [ -n "$idle" ]; }; then report unchanged "$idle"; return; fi
  if checking; then report would-change "is \${UnitFileState:-not there} and $ActiveState"; return; fi
  do_or_fail systemctl enable --now -- "$unit"
  report changed
}

# Templates say which environment they are of, since one's name may be the beginning of another's.
templates_of() {
  grep -lxF "X-CozyEnvironment=$1" /etc/systemd/system/*@.service 2>/dev/null | while read -r path; do
    path=\${path##*/}
    printf '%s\n' "\${path%@.service}"
  done
}

# Of instances and of commands, what control keeps of their variables.
credentials=/var/lib/cozy-credentials
credentials_of() { find "$credentials" -maxdepth 2 -name "$1@*.service" -type f 2>/dev/null; }

# A former cozy had systemd read what the user that deploys has laid. It is read as that user here, for it may be a link.
credentials() {
  found=
  for template in $(templates_of "$1"); do
    links=$(find /etc/systemd/system -name "$template@*.service" -type l)
    running=$(systemctl list-units --plain --no-legend --full --state=active,activating,reloading "$template@*.service" | cut -d' ' -f1)
    for unit in $(printf '%s\n' $links $running | sed 's:.*/::' | sort -u); do
      laid=/var/lib/cozy/environments/$1/instances/\${template#"$1-"}@\${unit#*@}
      laid=\${laid%.service}/environment
      if [ -e "$credentials/$unit" ] || ! as_user "$2" test -f "$laid" 2>/dev/null; then continue; fi
      found="$found $unit"
      checking && continue
      (
        umask 077
        mkdir -p "$credentials/.new" && as_user "$2" head -c 1048577 -- "$laid" >"$credentials/.new/$unit" &&
          sync "$credentials/.new/$unit" && mv -fT "$credentials/.new/$unit" "$credentials/$unit"
      ) 2>"$work/said" || { rm -f "$credentials/.new/$unit"; fail "could not keep the variables of $unit: $(said)"; }
    done
  done
  if [ -z "$found" ]; then report unchanged; return; fi
  if checking; then report would-change "takes$found"; else report changed "took$found"; fi
}

ended() {
  found=
  for template in $(templates_of "$1"); do
    links=$(find /etc/systemd/system -name "$template@*.service" -type l)
    running=$(systemctl list-units --all --plain --no-legend --full "$template@*.service" | cut -d' ' -f1)
    kept_here=$(credentials_of "$template")
    [ -n "$links$running$kept_here" ] || continue
    found="$found $template"
    checking && continue
    # What would end retired ones later.
    systemctl stop --quiet -- "cozy-retire-$template:*.timer" 2>/dev/null
    [ -z "$running" ] || do_or_fail systemctl stop -- $running
    [ -z "$links$kept_here" ] || rm -f -- $links $kept_here
    systemctl reset-failed -- $running 2>/dev/null
  done
  checking || rm -f -- $(credentials_of "$1.once") $(credentials_of "$1.sealed")
  if [ -z "$found" ]; then report unchanged; return; fi
  if checking; then report would-change "ends$found"; else report changed "ended$found"; fi
}

templates() {
  id=$1
  shift
  former=
  for template in $(templates_of "$id"); do
    case " $* " in *" $template "*) continue ;; esac
    # What runs by it, or would at the next boot, is left alone.
    [ -z "$(systemctl list-units --plain --no-legend --state=active,activating,deactivating,reloading "$template@*.service")" ] || continue
    [ -z "$(find /etc/systemd/system -name "$template@*.service" -type l)" ] || continue
    former="$former $template"
    later systemd
    checking && continue
    path=/etc/systemd/system/$template@.service
    if is_by_hand "$path"; then keep_former "$path"; fi
    rm -f -- "$path" $(credentials_of "$template") || fail "could not remove $path"
  done
  if [ -z "$former" ]; then report unchanged; return; fi
  if checking; then report would-change "removes$former"; else report changed "removed$former"; fi
}

packed() {
  id=$1 root=$2 logs=$3
  shift 3
  if [ ! -e "$root" ] && ! getent passwd "$id" >/dev/null; then report unchanged; return; fi
  if checking; then report would-change; return; fi
  note=
  if [ -e "$root" ]; then
    archive=$kept/$id-$(date +%s).tar.gz
    beside=
    [ ! -e "$logs" ] || beside=\${logs#/}
    above=$(dirname "$root")
    (
      # From inside, as folders are made: the one above is the deployer's user's, who could have laid a link there.
      cd -P -- "$above" && [ "$(pwd -P)" = "$above" ] && umask 077 &&
        tar --exclude="$id/releases" --exclude="$id/run" --exclude="$id/instances" \
          -czf "$archive.new" "$id" -C / $beside && sync "$archive.new" && mv "$archive.new" "$archive" && rm -rf -- "$id"
    ) 2>"$work/said" || fail "could not pack and remove $root: $(said)"
    note="packed as $archive"
    rm -rf -- "$logs" || fail "could not remove $logs"
  fi
  ! getent passwd "$id" >/dev/null || do_or_fail userdel -- "$id"
  for name in "$@"; do
    ! getent group "$name" >/dev/null || do_or_fail groupdel -- "$name"
  done
  report changed "$note"
}

# The rules in force are compared as nft itself writes them, and with those that were confirmed last.
rules=/etc/cozy/firewall/rules.nft
confirmed=/etc/cozy/firewall/confirmed.nft

wanted_rules() { cat "$rules" /etc/cozy/firewall/ports/*.nft 2>/dev/null | sha256sum | cut -c1-64; }
rules_in_force() { nft list table inet cozy 2>/dev/null; }

firewall() {
  is_now=$(rules_in_force)
  head=$(head -n 1 "$confirmed" 2>/dev/null)
  was=$(tail -n +4 "$confirmed" 2>/dev/null)
  wanted=$(wanted_rules)
  case $would in *" firewall "*) wanted= ;; esac
  # With rules in force it is closed already.
  closes=
  [ -n "$is_now" ] || closes=\${1:+closes $1}
  if [ "$head" = "# $wanted" ] && [ "$is_now" = "$was" ]; then report unchanged; return; fi
  if checking; then report would-change "$closes"; return; fi
  quietly nft -c -f "$rules" || fail "nft does not take the rules: $(said)"
  {
    echo 'nft delete table inet cozy'
    [ ! -s "$confirmed" ] || echo "nft -f $confirmed"
  } >/run/cozy-firewall-undo
  quietly systemctl stop cozy-firewall-undo.timer cozy-firewall-undo.service
  do_or_fail systemd-run --quiet --collect --unit=cozy-firewall-undo --on-active=60 /bin/sh /run/cozy-firewall-undo
  do_or_fail nft -f "$rules"
  report changed "\${closes:+$closes; }comes back as it was in 60 s unless a new connection gets through"
}

# A new connection got through: these rules stay, at boot as well.
confirm_firewall() {
  [ -e /run/cozy-firewall-undo ] || return 0
  quietly systemctl stop cozy-firewall-undo.timer
  {
    echo "# $(wanted_rules)"
    echo 'table inet cozy'
    echo 'delete table inet cozy'
    rules_in_force
  } >"$confirmed.new"
  [ "$(wc -l <"$confirmed.new")" -gt 4 ] || fail "the firewall went back before it was confirmed"
  sync "$confirmed.new" && mv -f "$confirmed.new" "$confirmed" && rm -f /run/cozy-firewall-undo
}

begin() {
  checking && return 0
  mkdir -p "$state/pending" "$state/former" "$kept" && chmod 700 "$state" "$kept" || exit 1
  touch "$state/written"
  # One set-up of this host at a time.
  exec 9>"$state/lock"
  flock -w 300 9 || { item=0; fail "another set-up of this host goes on"; }
}
`.replaceAll("\\${", "${");
