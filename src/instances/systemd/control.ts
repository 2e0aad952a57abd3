/** How `control` ends; all but `once`, which ends as its command does. */
export const controlExits = {
  done: 0,
  /** systemd or nginx could not do it; what they said is on stderr. */
  failed: 3,
  /** Words that are none of its own. */
  usage: 64,
  /** A name that is none of cozy's on this host. */
  refused: 65,
  /** Or root with nobody behind it, where variables are read with the rights of whoever asks. */
  notRoot: 77,
  /** `once` only: the command was not started at all. */
  notStarted: 125,
} as const;

/**
 * Root's program, `/usr/lib/cozy/control`, which sudo lets the deployer's user run. It starts and stops instances of environments that
 * `cozy setup` has prepared, and nothing else: every word is held against what root itself has laid before anything is done.
 * Each order can be given again. Pure.
 */
export function controlText(): string {
  return program;
}

// In here a dollar sign before a brace is written with a backslash, which is taken away at the end.
const program = String.raw`#!/bin/sh
# Made by cozy setup, which replaces it. Run by sudo for the user that deploys; see control help.
set -uf
LC_ALL=C
PATH=/usr/sbin:/usr/bin:/sbin:/bin
IFS=' '
export LC_ALL PATH
umask 022
root=
if [ "$(/usr/bin/id -u)" -ne 0 ]; then
  # Only who is not root may name another root: for tests, and good for nothing else.
  root=\${COZY_CONTROL_ROOT:-}
  [ -n "$root" ] || { echo 'control: only root can do this' >&2; exit 77; }
fi
systemctl=$root/usr/bin/systemctl
systemd_run=$root/usr/bin/systemd-run
nginx=$root/usr/sbin/nginx
units=$root/etc/systemd/system
environments=$root/etc/cozy
credentials=$root/var/lib/cozy-credentials
self=/usr/lib/cozy/control

usage() {
  cat >&2 <<'END'
control start <unit>...              starts instances, now and at each boot
control stop <unit>...               ends them; prints "killed <unit>" of each that had to be killed
control retire <seconds> <unit>...   has whoever asks end them at that time since the epoch, where they are to end then
control once [--terminal] <environment> <name>
                                     runs instances/once@<name>/start as the application's user
control once --sealed <environment> <name>
                                     the same of instances/sealed@<name>, for a scratch environment
control end [--sealed] <environment> <name>
                                     ends that command
control open <environment>           prints who has the environment's database open: <pid> <file> <program>
control reload-proxy <environment>   has nginx read its site again, if that is in order
control reopen-logs <environment>    has nginx open its logs again
Exit codes: 0 done, 3 failed, 64 wrong words, 65 a name that is not cozy's, 77 not root, or nobody who asks root by sudo;
of once: its command's, 128 and the number of the signal that ended it, 125 if it was not started.
END
  exit 64
}

refuse() {
  printf 'control: %s\n' "$1" >&2
  exit 65
}

# An environment that cozy setup has prepared.
check_environment() {
  case $1 in
    '' | *[!a-z0-9-]* | [!a-z]*) refuse 'this is no name of an environment' ;;
  esac
  if [ "\${#1}" -gt 64 ] || [ ! -f "$environments/$1.json" ]; then refuse "$1 is not set up here"; fi
}

# <template>@<release>.<index>.service, and the template is one of such an environment's.
check_unit() {
  case $1 in
    '' | *[!A-Za-z0-9@._-]* | [!a-z]* | *@*@*) refuse 'this is no name of a unit' ;;
    *@*.*.service) ;;
    *) refuse "$1 is no instance" ;;
  esac
  [ "\${#1}" -le 200 ] || refuse 'this is no name of a unit'
  template=\${1%%@*}
  instance=\${1#*@}
  instance=\${instance%.service}
  release=\${instance%.*}
  index=\${instance##*.}
  case $template in *[!a-z0-9-]*) refuse "$1 is no instance" ;; esac
  case $release in '' | *[!A-Za-z0-9_-]* | -*) refuse "$1 is no instance" ;; esac
  case $index in '' | *[!0-9]* | ?????*) refuse "$1 is no instance" ;; esac
  file=$units/$template@.service
  if [ ! -f "$file" ] || [ -L "$file" ]; then refuse "$1 has no template here"; fi
  environment=
  while read -r line; do
    case $line in X-CozyEnvironment=*) environment=\${line#*=} ; break ;; esac
  done <"$file"
  case $template in
    "$environment"-?*) ;;
    *) refuse "$template is not cozy's" ;;
  esac
  check_environment "$environment"
}

check_units() {
  [ $# -gt 0 ] || usage
  for unit in "$@"; do check_unit "$unit"; done
}

# Sets $kind: what the folder and the unit of the command are called by.
check_once() {
  kind=$1
  shift
  [ $# -eq 2 ] || usage
  check_environment "$1"
  case $2 in
    '' | *[!A-Za-z0-9-]* | -*) refuse 'this is no name of a command' ;;
  esac
  [ "\${#2}" -le 64 ] || refuse 'this is no name of a command'
  drop_in=$units/$1.$kind@.service.d/cozy.conf
  if [ ! -f "$drop_in" ] || [ -L "$drop_in" ]; then refuse "$1 has no unit for commands"; fi
}

# sudo says who asks; whoever is root anyway has laid no variables that could be read as somebody else.
check_caller() {
  if [ -n "$root" ]; then return; fi
  case \${SUDO_UID:-0}:\${SUDO_GID:-0} in
    0:* | *:0 | *[!0-9:]*)
      echo 'control: only for the user that deploys, by sudo' >&2
      exit 77
      ;;
  esac
}

# With the rights of whoever asks, and no others: what lies in folders of that user's may be a link to any file of root's.
as_caller() {
  if [ -n "$root" ]; then
    "$@"
  else
    setpriv --reuid="$SUDO_UID" --regid="$SUDO_GID" --clear-groups -- "$@"
  fi
}

# The variables of the unit $1, of the environment $2, as they were laid in the folder $3. Of more than systemd takes, so much that it
# refuses them.
copy_credential() {
  as_caller head -c 1048577 -- "$root/var/lib/cozy/environments/$2/instances/$3/environment" >"$credentials/.new/$1" && return
  rm -f -- "$credentials/.new/$1"
  return 3
}

# All of them or none, and on the disk before the units are there for the next boot.
keep_credentials() {
  for unit in "$@"; do
    shift
    set -- "$@" "$credentials/.new/$unit"
  done
  sync -- "$@" && mv -f -t "$credentials" -- "$@"
}

take_credentials() {
  umask 077
  [ -d "$credentials/.new" ] || mkdir -p -- "$credentials/.new" || return 3
  for unit in "$@"; do
    check_unit "$unit"
    copy_credential "$unit" "$environment" "\${template#"$environment"-}@$instance" || return 3
  done
  keep_credentials "$@" || return 3
  umask 022
}

forget_credentials() {
  for unit in "$@"; do
    shift
    set -- "$@" "$credentials/$unit" "$credentials/.new/$unit"
  done
  rm -f -- "$@"
}

# Sets $timer: what ends an instance when it is retired, without its suffix.
name_timer() {
  timer=\${1%.service}
  timer=cozy-retire-\${timer%%@*}:\${timer#*@}
}

# Ends the timers of units, and what they have begun: $1 are the suffixes. Where there is no timer there is nothing to do.
end_timers() {
  suffixes=$1
  shift
  timers=
  for unit in "$@"; do
    name_timer "$unit"
    for suffix in $suffixes; do timers="$timers $timer.$suffix"; done
  done
  # Names of units have no spaces.
  # shellcheck disable=SC2086
  "$systemctl" stop --quiet -- $timers 2>/dev/null
}

start_units() {
  end_timers 'timer service' "$@"
  # After those, since the end of a unit takes its variables away.
  take_credentials "$@" || return 3
  # Links for the next boot are all that enable makes; the manager needs not read everything again for them.
  "$systemctl" enable --no-reload --quiet -- "$@" || return 3
  "$systemctl" start -- "$@" || return 3
}

stop_units() {
  # Not what they have begun: that may be this very order.
  end_timers timer "$@"
  "$systemctl" disable --no-reload --quiet -- "$@" || return 3
  "$systemctl" stop -- "$@" || return 3
  id=
  result=
  { "$systemctl" show --property=Id --property=Result -- "$@"; echo; } | while IFS='=' read -r key value; do
    case $key in
      Id) id=$value ;;
      Result) result=$value ;;
      '')
        if [ "$result" = timeout ]; then printf 'killed %s\n' "$id"; fi
        id=
        result=
        ;;
    esac
  done
  # Of units that ended well nothing is left that could be forgotten.
  "$systemctl" reset-failed --quiet -- "$@" 2>/dev/null
  forget_credentials "$@"
  return 0
}

# What is to end is noted by the user that deploys, in a file that goes away where it is to stay after all: this asks as that user.
# systemd would put in what it knows of a dollar sign before a brace, so there is none.
# shellcheck disable=SC2016
end_if_due='if [ -f "$1/retired" ] && read -r at <"$1/retired" && [ "$((at / 1000))" -le "$(date +%s)" ] && mv "$1/retired" "$1/ending"; then exec sudo -n "$2" stop "$3"; fi'

retire_units() {
  at=$1
  shift
  end_timers timer "$@"
  left=$((at - $(date +%s)))
  if [ "$left" -lt 0 ]; then left=0; fi
  for unit in "$@"; do
    check_unit "$unit"
    folder=/var/lib/cozy/environments/$environment/instances/\${template#"$environment"-}@$instance
    name_timer "$unit"
    "$systemd_run" --quiet --collect --unit="$timer" --description="The end of $unit" --on-active="$left" \
      --timer-property=AccuracySec=100ms --uid="\${SUDO_USER:-root}" \
      -- /bin/sh -c "$end_if_due" sh "$folder" "$self" "$unit" || {
      # One whose time came just now is being ended, as it should be.
      "$systemctl" is-active --quiet "$timer.service" || return 3
    }
  done
}

# What killed orders have left. A command reads its variables when it is started, and never again.
sweep_once() {
  find "$credentials" -maxdepth 2 -type f \( -name '*.once@*' -o -name '*.sealed@*' \) -mmin +10 -delete
}

run_once() {
  how=$1
  # systemd takes the end of a service by SIGTERM for success, and that of a oneshot for what it is. But only beside a service does
  # systemd-run pass on what is typed.
  type=oneshot
  ends=
  if [ "$how" = --pty ]; then
    type="exec"
    # There a signal is no success either: a Ctrl-C ends a command, and it has not done what it was for.
    # shellcheck disable=SC2016
    ends='--property=ExecStopPost=/usr/bin/test \${EXIT_CODE} = exited'
  fi
  unit=$2.$kind@$3.service
  start=/var/lib/cozy/environments/$2/instances/$kind@$3/start
  umask 077
  [ -d "$credentials/.new" ] || mkdir -p -- "$credentials/.new" || return 125
  sweep_once
  { copy_credential "$unit" "$2" "$kind@$3" && mv -f -t "$credentials" -- "$credentials/.new/$unit"; } || return 125
  umask 022
  "$systemd_run" --quiet --wait "$how" --service-type="$type" --unit="$unit" --description="A command of $2" \
    --uid="$2" --gid="$2" --property=NoNewPrivileges=yes \${ends:+"$ends"} -- /bin/sh "$start"
  code=$?
  forget_credentials "$unit"
  if [ "$code" -eq 0 ]; then return 0; fi
  ended=0
  status=0
  while IFS='=' read -r key value; do
    case $key in
      ExecMainCode) ended=$value ;;
      ExecMainStatus) status=$value ;;
    esac
  done <<END
$("$systemctl" show --property=ExecMainCode --property=ExecMainStatus -- "$unit")
END
  "$systemctl" reset-failed --quiet -- "$unit" 2>/dev/null
  case $ended in
    1) return "$status" ;;
    2 | 3) return $((128 + status)) ;;
    *) return 125 ;;
  esac
}

# Processes of the application see nothing of each other, and the user that deploys nothing of theirs.
list_open() {
  find "$root/proc" -mindepth 3 -maxdepth 3 -path "$root/proc/[0-9]*/fd/*" \
    -lname "$root/var/lib/cozy/environments/$1/database/*" -printf '%h %l\n' 2>/dev/null |
    while read -r folder file; do
      pid=\${folder#"$root/proc/"}
      pid=\${pid%/fd}
      name=
      { read -r name <"$root/proc/$pid/comm"; } 2>/dev/null
      printf '%s %s %s\n' "$pid" "$file" "$name"
    done
  return 0
}

reload_proxy() {
  "$nginx" -t -q || return 3
  "$systemctl" reload-or-restart nginx.service || return 3
}

reopen_logs() {
  "$systemctl" is-active --quiet nginx.service || return 0
  "$systemctl" kill --kill-whom=main --signal=USR1 nginx.service || return 3
}

[ $# -gt 0 ] || usage
verb=$1
shift
case $verb in
  start)
    check_caller
    check_units "$@"
    start_units "$@"
    ;;
  stop)
    check_units "$@"
    stop_units "$@"
    ;;
  retire)
    [ $# -gt 1 ] || usage
    case $1 in '' | *[!0-9]* | 0?* | ????????????*) usage ;; esac
    at=$1
    shift
    check_caller
    check_units "$@"
    retire_units "$at" "$@"
    ;;
  once)
    how=--pipe
    kind=once
    case \${1:-} in
      --terminal) how=--pty ; shift ;;
      --sealed) kind=sealed ; shift ;;
    esac
    check_caller
    check_once "$kind" "$@"
    run_once "$how" "$@"
    ;;
  end)
    kind=once
    if [ "\${1:-}" = --sealed ]; then
      kind=sealed
      shift
    fi
    check_once "$kind" "$@"
    "$systemctl" stop --quiet -- "$1.$kind@$2.service" 2>/dev/null
    if "$systemctl" is-active --quiet -- "$1.$kind@$2.service"; then exit 3; fi
    ;;
  open)
    [ $# -eq 1 ] || usage
    check_environment "$1"
    list_open "$1"
    ;;
  reload-proxy)
    [ $# -eq 1 ] || usage
    check_environment "$1"
    reload_proxy
    ;;
  reopen-logs)
    [ $# -eq 1 ] || usage
    check_environment "$1"
    reopen_logs
    ;;
  *) usage ;;
esac
`.replaceAll("\\${", "${");
