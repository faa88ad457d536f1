# shellcheck shell=bash
# PostgreSQL: a cluster of its own with logical WAL, superuser postgres, database flights.
: "${all_parts:?}" "${part:?}" "${part_dir:?}" "${log:?}" "${postgres_bin:?from scripts/versions}"

server_bin=$postgres_bin         # clients are always Debian's
prepare_server() { need "$postgres_bin/initdb" PostgreSQL; }

# The server refuses to run as root: then it runs as the user that the package made.
as_server() {
  if [ "$(id -u)" != 0 ]; then
    "$@"
    return
  fi
  setpriv --reuid postgres --regid postgres --init-groups -- "$@"
}

part_prepare() {
  prepare_server
  take_ports port
  mkdir "$part_dir/data"
  if [ "$(id -u)" = 0 ]; then chown postgres: "$part_dir/data"; fi
  cd / # the server's user may not be allowed to look at the caller's folder
  as_server test -w "$part_dir/data" ||
    die "could not use \"$part_dir\": the user postgres cannot reach it (set CDC_LAB_BASE)" 73
  as_server "$server_bin/initdb" -D "$part_dir/data" -U postgres -A trust -E UTF8 \
    --locale=C.UTF-8 --no-sync >>"$log" 2>&1
  # beside TCP a socket file, for who may look into the server's folder; its path must be short
  local sockets=$part_dir/data
  [ "${#sockets}" -le 80 ] || sockets=''
  write_settings "$(cat "$part_dir/port")" "$sockets" | as_server tee -a "$part_dir/data/postgresql.conf" \
    >/dev/null
}

# fsync off is safe against kill -9 of the server, not against a crash of the machine;
# full_page_writes stays on because a killed process may leave half a page.
write_settings() {
  cat <<CONF
listen_addresses = '127.0.0.1'
port = $1
unix_socket_directories = '$2'
wal_level = logical
max_wal_senders = 20
max_replication_slots = 20
max_connections = 100
max_prepared_transactions = 10
fsync = off
max_wal_size = 4GB
shared_buffers = 256MB
timezone = 'UTC'
log_timezone = 'UTC'
CONF
}

# A killed server that its parent has not waited for yet still has its number, and a new server
# believes the lock file as long as the number exists: give the parent two seconds, then drop the
# file. Only for a zombie: a living owner keeps its lock.
drop_dead_lock() {
  local lock=$part_dir/data/postmaster.pid pid tries=0
  while [ "$tries" -lt 40 ]; do
    pid=$(head -n 1 "$lock" 2>/dev/null) || return 0
    [ -e "/proc/$pid" ] && [ -z "$(started_at "$pid")" ] || return 0
    tries=$((tries + 1))
    sleep 0.05
  done
  rm -f "$lock"
}

part_launch() {
  cd /
  drop_dead_lock
  if [ "$(id -u)" = 0 ]; then
    launch setpriv --reuid postgres --regid postgres --init-groups -- \
      "$server_bin/postgres" -D "$part_dir/data"
  else
    launch "$server_bin/postgres" -D "$part_dir/data"
  fi
}

part_ready() {
  "$postgres_bin/pg_isready" -q -h 127.0.0.1 -p "$(cat "$part_dir/port")" -U postgres -d postgres
}

part_first_run() {
  "$postgres_bin/createdb" -h 127.0.0.1 -p "$(cat "$part_dir/port")" -U postgres flights
}

part_stop() { end_part INT 30; } # fast shutdown: sessions are ended, a checkpoint is made

part_address() { printf '127.0.0.1:%s' "$(cat "$part_dir/port")"; }

# Several may be up: the first of all_parts gives the names.
is_first_postgres() {
  local other
  for other in "${all_parts[@]}"; do
    [ "$other" != "$part" ] || return 0
    case $other in postgres*) ! was_brought_up "$other" || return 1 ;; esac
  done
}

part_env() {
  is_first_postgres || return 0
  print_export PGHOST 127.0.0.1
  print_export PGPORT "$(cat "$part_dir/port")"
  print_export PGUSER postgres
  print_export PGDATABASE flights
}
