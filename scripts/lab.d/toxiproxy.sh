# shellcheck shell=bash
# toxiproxy: a proxy whose connections can be cut, slowed and reset over its HTTP interface. It
# starts without proxies; a test makes those that it needs (POST $CDC_TOXIPROXY_URL/proxies).
: "${part_dir:?}" "${top:?}" "${toxiproxy_server:?from scripts/versions}"

part_prepare() {
  need "$toxiproxy_server" 'toxiproxy'
  take_ports port
}

part_launch() { launch "$toxiproxy_server" -host 127.0.0.1 -port "$(cat "$part_dir/port")"; }

part_ready() { curl -sf -o /dev/null "http://$(part_address)/version"; }

part_stop() { end_part TERM 5; }

part_address() { printf '127.0.0.1:%s' "$(cat "$part_dir/port")"; }

part_env() { print_export CDC_TOXIPROXY_URL "http://$(part_address)"; }
