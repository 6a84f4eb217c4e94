#!/bin/bash
# Makes the database at the first start, and becomes the server. Root only prepares the folders.
set -Eeuo pipefail

refuse() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Sets a variable from the file that NAME_FILE names, where it does; both are too much.
from_file() {
  local file=$1_FILE
  [ -n "${!file-}" ] || return 0
  [ -z "${!1-}" ] || refuse "error: both $1 and $file are set (but are exclusive)"
  printf -v "$1" %s "$(<"${!file}")"
  export "${1?}"
  unset "$file"
}

prepare_as_root() {
  mkdir -p "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  chmod 3775 /var/run/postgresql
  find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
}

require_password() {
  [ -n "${POSTGRES_PASSWORD-}" ] || [ "${POSTGRES_HOST_AUTH_METHOD-}" = trust ] || refuse \
    'Error: Database is uninitialized and superuser password is not specified.' \
    '       Give POSTGRES_PASSWORD a value that is not empty for the superuser, for instance with' \
    '       "-e POSTGRES_PASSWORD=..." of "docker run".'
}

make_database() {
  local options
  # Words of a shell, quotes and all.
  eval "options=(${POSTGRES_INITDB_ARGS-})"
  # This server was built for a socket below /tmp.
  initdb --set unix_socket_directories=/var/run/postgresql --username="$POSTGRES_USER" \
    --pwfile=<(printf '%s\n' "${POSTGRES_PASSWORD-}") "${options[@]}"
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
}

# sql DATABASE ARG...: by the socket, and to its end or not at all.
sql() {
  PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --no-password --dbname "$@"
}

run_scripts() {
  local script
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh)
        echo "$0: running $script"
        if [ -x "$script" ]; then
          "$script"
        else
          # shellcheck disable=SC1090 # a user's script
          . "$script"
        fi
        ;;
      *.sql)
        echo "$0: running $script"
        sql "$POSTGRES_DB" -f "$script"
        ;;
      *.sql.gz)
        echo "$0: running $script"
        gunzip -c "$script" | sql "$POSTGRES_DB"
        ;;
      */\*) ;;
      *) echo "$0: ignoring $script" ;;
    esac
    echo
  done
}

first_start() {
  require_password
  make_database
  # While it is made, only the socket answers. The options of the server's own command count too.
  local options
  printf -v options '%q ' "${@:2}" -c listen_addresses= -p "${PGPORT:-5432}"
  NOTIFY_SOCKET='' pg_ctl -D "$PGDATA" -o "$options" -w start
  if [ "$POSTGRES_DB" != postgres ]; then
    sql postgres -v db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
  fi
  run_scripts
  pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
  printf '\n%s\n\n' 'PostgreSQL init process complete; ready for start up.'
}

[[ ${1-} != -* ]] || set -- postgres "$@"
if [ "${1-}" != postgres ] || [[ " $* " =~ \ (--help|-\?|--version|-V|--describe-config|-C)\  ]]; then
  exec "$@"
fi

if [ "$(id -u)" = 0 ]; then
  prepare_as_root
  exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$0" "$@"
fi

for name in POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS; do
  from_file "$name"
done
export POSTGRES_USER=${POSTGRES_USER:-postgres}
export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
mkdir -p "$PGDATA"
chmod 700 "$PGDATA" || :
if [ -s "$PGDATA/PG_VERSION" ]; then
  printf '\n%s\n\n' 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
else
  export PGPASSWORD=${PGPASSWORD-${POSTGRES_PASSWORD-}}
  first_start "$@"
fi
exec "$@"
