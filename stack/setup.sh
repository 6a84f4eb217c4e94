#!/usr/bin/env bash
# Makes sure that the machine has what the build and the native stack need. Packages that are missing
# are installed with apt where the user may do that; else the exact command is printed and the exit
# code is 9 (the machine lacks something). It changes nothing, and takes no time, when all is there.
#
#   stack/setup.sh                 check, and install what is missing
#   stack/setup.sh --check         check only
#   stack/setup.sh --clean-cache   remove everything that was downloaded
set -euo pipefail

readonly LACKS=9
missing_packages=()
missing_names=()

has() { command -v "$1" >/dev/null 2>&1; }

# need NAME PACKAGE TEST...: PACKAGE is to be installed where TEST fails.
need() {
  local name=$1 package=$2
  shift 2
  "$@" && return
  missing_names+=("$name")
  missing_packages+=("$package")
}

# A runtime of version 17 or later, told by its `release` file: to start one takes longer than all of this.
has_java() {
  local home version on_path=
  if has java; then
    on_path=$(readlink -f "$(command -v java)")
    on_path=${on_path%/bin/java}
  fi
  for home in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/*; do
    [ -n "$home" ] && [ -x "$home/bin/java" ] && [ -r "$home/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
    [ "${version:-0}" -ge 17 ] && return
  done
  return 1
}

has_header() {
  local folder
  for folder in /usr/include /usr/local/include /usr/include/*-linux-gnu*; do
    [ -e "$folder/$1" ] && return
  done
  return 1
}

has_certificates() { [ -e /etc/ssl/certs/ca-certificates.crt ] || [ -e /etc/ssl/cert.pem ] || [ -d /etc/pki/tls/certs ]; }

# Python's pip is a package of its own on Debian; the folders are those its packages and pip itself use.
has_pip() {
  local folder
  has python3 || return 1
  for folder in /usr/lib/python3/dist-packages /usr/lib/python3*/site-packages \
    /usr/local/lib/python3*/*-packages "${HOME:-/nonexistent}"/.local/lib/python3*/site-packages; do
    [ -d "$folder/pip" ] && return
  done
  python3 -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("pip") is None)' 2>/dev/null
}

# The oldest packaged runtime of 17 or later: all three Kafka versions run on it.
java_package() {
  local version
  for version in 17 21; do
    if apt-cache show "openjdk-$version-jre-headless" >/dev/null 2>&1; then
      echo "openjdk-$version-jre-headless"
      return
    fi
  done
  echo default-jre-headless
}

look() {
  need 'a Java runtime (17 or later)' java has_java
  need 'Maven' maven has mvn
  need 'a C compiler' gcc has cc
  need 'a C++ compiler' g++ has c++
  need 'make' make has make
  need 'perl' perl has perl
  need 'pkg-config' pkg-config has pkg-config
  need "OpenSSL's headers" libssl-dev has_header openssl/ssl.h
  need "zlib's headers" zlib1g-dev has_header zlib.h
  need 'certificates' ca-certificates has_certificates
  need 'Python 3' python3 has python3
  need "Python's pip" python3-pip has_pip
  need 'setpriv' util-linux has setpriv
  need 'git' git has git
}

# Prints the names, a comma between them.
listed() {
  local text
  text=$(printf ', %s' "$@")
  echo "${text#, }"
}

clean_cache() {
  local folder
  if [ -n "${STACK_CACHE_DIR:-}" ]; then
    folder=$STACK_CACHE_DIR
  elif [ "$(id -u)" -eq 0 ]; then
    folder=/var/cache/connect-companion
  else
    folder=${XDG_CACHE_HOME:-$HOME/.cache}/connect-companion
  fi
  if [ ! -e "$folder" ]; then
    echo "there is no cache at $folder"
  elif [ -e "$folder/lock" ]; then
    rm -rf -- "$folder"
    echo "removed $folder"
  else
    echo "error: $folder is no cache of this project (it has no lock file), so it was not removed" >&2
    return 1
  fi
}

install_missing() {
  local package packages=() command as_root=()
  for package in "${missing_packages[@]}"; do
    [ "$package" = java ] || packages+=("$package")
  done
  if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
  fi

  echo "missing: $(listed "${missing_names[@]}")" >&2
  if ! has apt-get; then
    {
      echo 'error: this is no Debian or Ubuntu, so nothing was installed'
      case $(uname -s) in
        Darwin) echo 'hint: the native stack runs on Linux only; on macOS use the compose files: docker compose up' ;;
        *) echo 'hint: install these with your package manager; Debian calls them:' \
          "${packages[*]} and any OpenJDK runtime from 17 on" ;;
      esac
    } >&2
    return $LACKS
  fi
  if [ $# -gt 0 ] || { [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; }; then
    for package in "${missing_packages[@]}"; do
      [ "$package" = java ] && packages+=("$(java_package)")
    done
    {
      [ $# -gt 0 ] || echo 'error: nothing was installed, for that takes root or sudo without a password'
      if [ ${#as_root[@]} -gt 0 ] && ! has sudo; then
        as_root=()
        echo 'hint: run this as root, then the same command again:'
      else
        echo 'hint: run this, then the same command again:'
      fi
      echo "  ${as_root[*]:+sudo }apt-get update && ${as_root[*]:+sudo }apt-get install -y --no-install-recommends ${packages[*]}"
    } >&2
    return $LACKS
  fi

  run "${as_root[@]}" apt-get update
  # Only now is it known which runtimes there are.
  for package in "${missing_packages[@]}"; do
    [ "$package" = java ] && packages+=("$(java_package)")
  done
  command=(apt-get install -y --no-install-recommends "${packages[@]}")
  run "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive "${command[@]}"
}

# Shows a command, then runs it.
run() {
  echo "+ $*" >&2
  "$@" >&2
}

main() {
  case ${1:-} in
    --clean-cache)
      clean_cache
      return
      ;;
    --check | '') ;;
    *)
      echo "error: unknown argument $1 (there are --check and --clean-cache)" >&2
      return 2
      ;;
  esac
  look
  [ ${#missing_packages[@]} -eq 0 ] && return
  install_missing "$@"
  missing_packages=() missing_names=()
  look
  if [ ${#missing_packages[@]} -gt 0 ]; then
    echo "error: still missing after the installation: $(listed "${missing_names[@]}")" >&2
    return $LACKS
  fi
}

main "$@"
