# shellcheck shell=bash
# What every part that runs Kafka shares: the jars, identifiers, formatting a node's folder.
: "${part_dir:?}" "${log:?}" "${top:?}" "${kafka_jars:?from scripts/versions}"

java_command=(java -XX:+UseSerialGC "-Dlog4j2.configurationFile=$top/scripts/lab.d/log4j2.properties"
  -cp "$kafka_jars/*")

need_kafka() {
  need "$kafka_jars/.complete" 'the Apache Kafka jars'
  need /usr/bin/java 'Java'
}

# 16 random bytes as Kafka writes them: URL-safe base64, never beginning with a dash
kafka_id() {
  local id=-
  while [ "${id#-}" != "$id" ]; do id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d =); done
  printf '%s' "$id"
}

# write_properties PORT CONTROLLER_PORT DATA : the template filled in, on stdout
write_properties() {
  sed -e "s#@PORT@#$1#g" -e "s#@CONTROLLER_PORT@#$2#g" -e "s#@DATA@#$3#g" "$top/scripts/lab.d/kafka.properties"
}

# format_node WORDS... : kafka.tools.StorageTool format WORDS
format_node() {
  "${java_command[@]}" -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format "$@" >>"$log" 2>&1 ||
    { show_failure 'could not be formatted'; return 75; }
}

broker_ready() { /usr/bin/python3 "$top/scripts/lab.d/kafka-ready" "$@"; }
