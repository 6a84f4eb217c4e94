# shellcheck shell=bash
# Sourced: installs packages with apt where the user may do that; where not, the exact command is printed
# and the exit code is 9 (the machine lacks something). No service is started by an installation.

readonly LACKS=9
readonly system_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi

has() { command -v "$1" >/dev/null 2>&1; }
may_be_root() { [ "$(id -u)" -eq 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }
say() { echo "$*" >&2; }

# Shows a command, then runs it.
run() {
  say "+ $*"
  "$@" >&2
}

# fails CODE MESSAGE HINT...: the end.
fails() {
  local code=$1 line
  say "error: $2"
  shift 2
  for line in "$@"; do say "hint: $line"; done
  exit "$code"
}

readonly policy=/usr/sbin/policy-rc.d
policy_kept=

# While this says 101, no package starts a service. `allow_services` puts back what was there.
forbid_services() {
  local answer=0
  if [ -x "$policy" ]; then "$policy" docker start >/dev/null 2>&1 || answer=$?; fi
  [ "$answer" -ne 101 ] || return 0
  if [ -e "$policy" ]; then
    policy_kept=$policy.before-rehearsal
    "${as_root[@]}" mv "$policy" "$policy_kept"
  else
    policy_kept=none
  fi
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 0755 "$policy"
}

allow_services() {
  [ -n "$policy_kept" ] || return 0
  "${as_root[@]}" rm -f "$policy"
  if [ "$policy_kept" != none ]; then "${as_root[@]}" mv "$policy_kept" "$policy"; fi
}

may_install() { has apt-get && may_be_root; }
packaged() { apt-cache show "$1" >/dev/null 2>&1; }

# install WHAT PACKAGE...: or the end, with the command that does it.
install() {
  local what=$1 sudo=
  shift
  if ! may_install; then
    if [ "$(id -u)" -ne 0 ] && has sudo; then sudo='sudo '; fi
    has apt-get || fails $LACKS "missing: $what; this is no Debian or Ubuntu, so nothing was installed" \
      "install it with your package manager (Debian calls it: $*), or start a Docker engine of your own"
    fails $LACKS "missing: $what; to install it takes root or sudo without a password" \
      "${sudo:+run}${sudo:-run this as root}${sudo:+this}, then the same command again:" \
      "  ${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends $*"
  fi
  say "missing: $what"
  run "${as_root[@]}" apt-get update -qq
  (
    trap allow_services EXIT
    forbid_services
    run "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive PATH="$system_path" \
      apt-get install -y -qq --no-install-recommends "$@"
  )
  hash -r
}
