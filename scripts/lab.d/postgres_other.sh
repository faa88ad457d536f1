# shellcheck shell=bash
# A PostgreSQL of another major than Debian's: the part's name ends in it, bootstrap fetched it.
: "${top:?}" "${part:?}" "${part_dir:?}" "${postgres_servers:?from scripts/versions}"
# shellcheck source=scripts/lab.d/postgres.sh
. "$top/scripts/lab.d/postgres.sh"

server_files=$postgres_servers/${part#postgres}
server_bin=$server_files/bin
[ "$(id -u)" != 0 ] || server_bin=$part_dir/server/bin

# The server's own user cannot enter root's cache: then the files are linked into the lab, or
# copied where that is another file system.
prepare_server() {
  need "$postgres_bin/pg_isready" PostgreSQL
  need "$server_files/.complete" "PostgreSQL ${part#postgres}"
  [ "$(id -u)" = 0 ] || return 0
  cp -al "$server_files" "$part_dir/server" 2>/dev/null && return
  rm -rf "$part_dir/server"
  cp -a "$server_files" "$part_dir/server"
}
