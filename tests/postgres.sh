#!/usr/bin/env bash
# A private PostgreSQL server for tests:
#   postgres.sh start DIR [PORT]   makes DIR if it is not there and starts a server whose socket is in
#                                  DIR; with a PORT it listens on 127.0.0.1 as well
#   postgres.sh stop DIR           waits for nobody; what was committed stays
#   postgres.sh crash DIR          as after a power failure
#   postgres.sh destroy DIR        crash, and DIR goes
# Connect with host=DIR user=hub dbname=postgres, without a password; over 127.0.0.1 the password is
# "secret". PostgreSQL refuses root, so root runs it as the user postgres.
set -euo pipefail
verb=$1
dir=$2
port=${3:-}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
if [[ -z $bin ]]; then bin=$(dirname "$(command -v initdb)"); fi

as_server() {
  if [[ $(id -u) -eq 0 ]]; then
    runuser -u postgres -- "$@"
  else
    "$@"
  fi
}
cd /

start() {
  if [[ ! -e $dir/data/PG_VERSION ]]; then
    mkdir -p "$dir"
    if [[ $(id -u) -eq 0 ]]; then chown postgres "$dir"; fi
    chmod 755 "$dir"
    as_server "$bin/initdb" -D "$dir/data" -U hub -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
      >/dev/null
    as_server tee -a "$dir/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
fsync = off
jit = off
max_wal_size = 2GB
timezone = 'UTC'
lc_messages = 'C.UTF-8'
CONF
    as_server tee "$dir/data/pg_hba.conf" >/dev/null <<HBA
local all all trust
host all all 127.0.0.1/32 scram-sha-256
HBA
  fi
  local options=""
  if [[ -n $port ]]; then options="-c listen_addresses=127.0.0.1 -c port=$port"; fi
  as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "$options" start >/dev/null
}

case $verb in
  start) start ;;
  stop) as_server "$bin/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null ;;
  crash) as_server "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null ;;
  destroy)
    as_server "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
    rm -rf "$dir"
    ;;
  *)
    echo "postgres.sh: start, stop, crash or destroy, not '$verb'" >&2
    exit 64
    ;;
esac
