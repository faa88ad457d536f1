# shellcheck shell=bash
# board: the flight board on the lab's Snowflake stand-in, as the role that may only read.
: "${part_dir:?}" "${lab_dir:?}" "${top:?}" "${venv_folder:?from scripts/versions}"

board_python() {
  local key
  key=$(sha256sum "$top/scripts/flights/board/requirements.txt" | cut -c1-12)
  need "$venv_folder/board-$key/.complete" 'the Python environment of the flight board' board
  printf '%s' "$venv_folder/board-$key/bin/python"
}

part_prepare() {
  board_python >/dev/null
  take_ports port
}

# its own folder is where Streamlit looks for settings
part_launch() {
  local python
  python=$(board_python)
  cd "$top/scripts/flights/board" || die "could not enter \"$top/scripts/flights/board\""
  launch env SNOWFLAKE_HOME="$lab_dir/snow-local/home" PYTHONDONTWRITEBYTECODE=1 "$python" serve \
    --server.address 127.0.0.1 --server.port "$(cat "$part_dir/port")" -- --connection lab --state "$lab_dir/flights"
}

part_ready() { curl -sf -o /dev/null "$(part_address)/_stcore/health"; }

part_stop() { end_part TERM 10; }

part_address() { printf 'http://127.0.0.1:%s' "$(cat "$part_dir/port")"; }

part_env() { print_export CDC_BOARD_URL "$(part_address)"; }
