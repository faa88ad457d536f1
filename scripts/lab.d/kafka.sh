# shellcheck shell=bash
# Apache Kafka: one KRaft node, broker and controller in one process.
: "${part_dir:?}" "${log:?}" "${top:?}" "${kafka_jars:?from scripts/versions}"

java_command=(java -XX:+UseSerialGC "-Dlog4j2.configurationFile=$top/scripts/lab.d/log4j2.properties"
  -cp "$kafka_jars/*")

part_prepare() {
  need "$kafka_jars/.complete" 'the Apache Kafka jars'
  need /usr/bin/java 'Java'
  take_ports port controller-port
  sed -e "s#@PORT@#$(cat "$part_dir/port")#g" -e "s#@DATA@#$part_dir/data#g" \
    -e "s#@CONTROLLER_PORT@#$(cat "$part_dir/controller-port")#g" \
    "$top/scripts/lab.d/kafka.properties" >"$part_dir/server.properties"
  "${java_command[@]}" -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format --standalone \
    -t "$(cluster_id)" -c "$part_dir/server.properties" >>"$log" 2>&1 ||
    { show_failure 'could not be formatted'; return 75; }
}

# 16 random bytes as Kafka writes them: URL-safe base64, never beginning with a dash
cluster_id() {
  local id=-
  while [ "${id#-}" != "$id" ]; do id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d =); done
  printf '%s' "$id"
}

part_launch() {
  launch "${java_command[@]}" -Xms128m -Xmx512m kafka.Kafka "$part_dir/server.properties"
}

# Answers clients, and has made its internal topics: a first idempotent or transactional producer
# would otherwise see "coordinator load in progress".
part_ready() { /usr/bin/python3 "$top/scripts/lab.d/kafka-ready" "$(cat "$part_dir/port")"; }

part_stop() { end_part TERM 30; }

part_address() { printf '127.0.0.1:%s' "$(cat "$part_dir/port")"; }

part_env() { print_export CDC_BROKERS "127.0.0.1:$(cat "$part_dir/port")"; }
