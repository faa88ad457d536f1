# shellcheck shell=bash
# opensky: the flight API's stand-in with the recorded flights; by default every poll is one tick.
: "${part_dir:?}" "${top:?}"

part_prepare() {
  need /usr/bin/python3 'Python'
  need /usr/bin/zstd 'zstd'
  take_ports port
}

part_launch() {
  local options=()
  read_kept_options options "${CDC_LAB_OPENSKY_ARGS:---clock step --at-end hold}"
  launch "$top/scripts/flights/opensky-server" --port "$(cat "$part_dir/port")" \
    --state "$part_dir/clock.json" "${options[@]}"
}

part_ready() { curl -sf -o /dev/null "http://127.0.0.1:$(cat "$part_dir/port")/control"; }

part_stop() { end_part TERM 10; }

part_address() { printf 'http://127.0.0.1:%s/api' "$(cat "$part_dir/port")"; }

part_env() { print_export CDC_OPENSKY_URL "$(part_address)"; }
