# shellcheck shell=bash
# Three Kafka nodes, each broker and controller: topics of three replicas, of which two must be
# there. One process keeps them (kafka3-nodes); a test ends and starts a single node through it:
# kill -KILL, -STOP, -CONT the number in $CDC_LAB_DIR/kafka3/N/pid; it comes back by itself.
: "${part_dir:?}" "${log:?}" "${top:?}" "${kafka_jars:?from scripts/versions}"

# shellcheck source=scripts/lab.d/kafka_node.sh
. "$top/scripts/lab.d/kafka_node.sh"

# shellcheck disable=SC2034 # wait_ready: three Java machines on a busy computer
ready_seconds=180

part_prepare() {
  local n id voters='' controllers='' formats=()
  need_kafka
  local ports
  take_ports port port2 port3 controller-port controller2-port controller3-port
  ports=("$(cat "$part_dir/port")" "$(cat "$part_dir/port2")" "$(cat "$part_dir/port3")")
  local controller=("$(cat "$part_dir/controller-port")" "$(cat "$part_dir/controller2-port")"
    "$(cat "$part_dir/controller3-port")")
  id=$(kafka_id)
  for n in 1 2 3; do
    voters=$voters${voters:+,}$n@127.0.0.1:${controller[n - 1]}:$(kafka_id)
    controllers=$controllers${controllers:+,}127.0.0.1:${controller[n - 1]}
  done
  for n in 1 2 3; do
    mkdir -p "$part_dir/$n"
    write_properties "${ports[n - 1]}" "${controller[n - 1]}" "$part_dir/$n/data" | sed \
      -e "s#^node.id=.*#node.id=$n#" -e "s#^controller.quorum.bootstrap.servers=.*#controller.quorum.bootstrap.servers=$controllers#" \
      -e 's#^\(.*replication.factor\)=1#\1=3#' -e 's#^\(.*min.isr\)=1#\1=2#' \
      -e 's#^broker.session.timeout.ms=.*#broker.session.timeout.ms=4000#' >"$part_dir/$n/server.properties"
    cat >>"$part_dir/$n/server.properties" <<END
min.insync.replicas=2
default.replication.factor=3
controller.quorum.election.timeout.ms=500
controller.quorum.fetch.timeout.ms=1000
replica.lag.time.max.ms=4000
END
    format_node -t "$id" -I "$voters" -c "$part_dir/$n/server.properties" &
    formats+=("$!")
  done
  for n in "${formats[@]}"; do wait "$n" || return 75; done
}

part_launch() {
  launch "$top/scripts/lab.d/kafka3-nodes" "$part_dir" "${java_command[@]}" -Xms96m -Xmx320m kafka.Kafka
}

part_ready() {
  broker_ready "$(cat "$part_dir/port")" "$(cat "$part_dir/port2")" "$(cat "$part_dir/port3")"
}

part_stop() { end_part TERM 40; }

part_address() {
  printf '127.0.0.1:%s,127.0.0.1:%s,127.0.0.1:%s' "$(cat "$part_dir/port")" "$(cat "$part_dir/port2")" \
    "$(cat "$part_dir/port3")"
}

part_env() { print_export CDC_BROKERS3 "$(part_address)"; }
