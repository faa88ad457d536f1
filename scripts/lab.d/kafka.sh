# shellcheck shell=bash
# Apache Kafka: one KRaft node, broker and controller in one process.
: "${part_dir:?}" "${log:?}" "${top:?}" "${kafka_jars:?from scripts/versions}"

# shellcheck source=scripts/lab.d/kafka_node.sh
. "$top/scripts/lab.d/kafka_node.sh"

# A second listener tells clients to come by another port, where a test may put a proxy in between.
part_prepare() {
  local behind front
  need_kafka
  take_ports port controller-port behind-port front-port
  behind=,BEHIND://127.0.0.1:$(cat "$part_dir/behind-port")
  front=,BEHIND://127.0.0.1:$(cat "$part_dir/front-port")
  write_properties "$(cat "$part_dir/port")" "$(cat "$part_dir/controller-port")" "$part_dir/data" | sed \
    -e "s#^\(listeners=.*\)#\1$behind#" -e "s#^\(advertised.listeners=.*\)#\1$front#" \
    -e 's#^\(listener.security.protocol.map=.*\)#\1,BEHIND:PLAINTEXT#' >"$part_dir/server.properties"
  format_node --standalone -t "$(kafka_id)" -c "$part_dir/server.properties"
}

part_launch() {
  launch "${java_command[@]}" -Xms128m -Xmx512m kafka.Kafka "$part_dir/server.properties"
}

# Answers clients, and has made its internal topics: a first idempotent or transactional producer
# would otherwise see "coordinator load in progress".
part_ready() { broker_ready "$(cat "$part_dir/port")"; }

part_stop() { end_part TERM 30; }

part_address() { printf '127.0.0.1:%s' "$(cat "$part_dir/port")"; }

part_env() {
  print_export CDC_BROKERS "127.0.0.1:$(cat "$part_dir/port")"
  [ -e "$part_dir/front-port" ] || return 0 # of a lab that was kept
  print_export CDC_BROKERS_FRONT "127.0.0.1:$(cat "$part_dir/front-port")"
  print_export CDC_BROKERS_BEHIND "127.0.0.1:$(cat "$part_dir/behind-port")"
}
