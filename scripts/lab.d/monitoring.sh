# shellcheck shell=bash
# monitoring: a Prometheus with the alert rules of scripts/monitoring. It scrapes what the JSON files
# in its targets folder name, and reads them again as they change, and the metrics files of the flight
# pipeline, every second. CDC_LAB_MONITORING_SPEED=N makes every waiting time of the rules N times
# shorter: for tests.
: "${part_dir:?}" "${lab_dir:?}" "${top:?}" "${prometheus_folder:?from scripts/versions}"

part_prepare() {
  need "$prometheus_folder/prometheus" 'Prometheus' monitoring
  take_ports port files-port
  mkdir -p "$part_dir/targets" "$part_dir/data" "$part_dir/rules"
  "$top/scripts/monitoring/configure" --targets "$part_dir/targets" --rules "$part_dir/rules" \
    --speed "${CDC_LAB_MONITORING_SPEED:-1}" --scrape 1s --files "http://127.0.0.1:$(cat "$part_dir/files-port")" >"$part_dir/prometheus.yml"
}

part_launch() {
  mkdir -p "$lab_dir/flights/metrics"
  launch "$top/scripts/monitoring/serve-files" --listen "127.0.0.1:$(cat "$part_dir/files-port")" "$lab_dir/flights/metrics" \
    "$prometheus_folder/prometheus" --config.file="$part_dir/prometheus.yml" --storage.tsdb.path="$part_dir/data" \
    --web.listen-address="$(part_address)" --storage.tsdb.retention.time=2h --log.level=warn
}

part_ready() { curl -sf -o /dev/null "http://$(part_address)/-/ready"; }

part_stop() { end_part TERM 10; }

part_address() { printf '127.0.0.1:%s' "$(cat "$part_dir/port")"; }

part_env() { print_export CDC_PROMETHEUS_URL "http://$(part_address)"; }
