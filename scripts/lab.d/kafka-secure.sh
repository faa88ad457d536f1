# shellcheck shell=bash
# A Kafka node that demands logins and TLS, with a listener for each way in and for each thing that
# can be wrong with a certificate. User "flights", password in $CDC_KAFKA_SECURE_DIR/password;
# OAUTHBEARER takes unsigned tokens and asks for a new one after 10 s. Everyone may do everything
# until rights are given away by name; who comes in by the open listener may give them.
: "${part_dir:?}" "${log:?}" "${top:?}" "${kafka_jars:?from scripts/versions}"

# shellcheck source=scripts/lab.d/kafka_node.sh
. "$top/scripts/lab.d/kafka_node.sh"

# listener, its protocol, its certificate
secure_listeners='
sasl SASL_SSL broker
mtls SSL broker
named SSL named
expired SSL expired
stranger SSL stranger'

secure_properties() {
  local name protocol certificate listeners='' map=''
  while read -r name protocol certificate; do
    [ -n "$name" ] || continue
    listeners=$listeners,${name^^}://127.0.0.1:$(cat "$part_dir/$name-port")
    map=$map,${name^^}:$protocol
    printf 'listener.name.%s.ssl.keystore.type=PEM\n' "$name"
    printf 'listener.name.%s.ssl.keystore.location=%s/%s.pem\n' "$name" "$part_dir/tls" "$certificate"
    printf 'listener.name.%s.ssl.truststore.type=PEM\n' "$name"
    printf 'listener.name.%s.ssl.truststore.location=%s/ca.pem\n' "$name" "$part_dir/tls"
  done <<<"$secure_listeners"
  write_properties "$(cat "$part_dir/port")" "$(cat "$part_dir/controller-port")" "$part_dir/data" | sed \
    -e "s#^\(listeners=.*\)#\1$listeners#" -e "s#^\(advertised.listeners=.*\)#\1${listeners//127.0.0.1/localhost}#" \
    -e "s#^\(listener.security.protocol.map=.*\)#\1$map#"
  cat <<END
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
super.users=User:ANONYMOUS
listener.name.mtls.ssl.client.auth=required
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,OAUTHBEARER
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_flights="$(cat "$part_dir/password")";
listener.name.sasl.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.sasl.oauthbearer.sasl.jaas.config=org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";
listener.name.sasl.oauthbearer.connections.max.reauth.ms=10000
END
}

part_prepare() {
  need_kafka
  take_ports port controller-port sasl-port mtls-port named-port expired-port stranger-port
  mkdir -p "$part_dir/tls"
  "$top/scripts/lab.d/kafka-certificates" "$part_dir/tls"
  (umask 077 && openssl rand -hex 12 | tr -d '\n' >"$part_dir/password")
  secure_properties >"$part_dir/server.properties"
  format_node --standalone -t "$(kafka_id)" -c "$part_dir/server.properties" \
    --add-scram "SCRAM-SHA-256=[name=flights,password=$(cat "$part_dir/password")]"
}

part_launch() {
  launch "${java_command[@]}" -Xms128m -Xmx384m kafka.Kafka "$part_dir/server.properties"
}

part_ready() { broker_ready "$(cat "$part_dir/port")"; }

part_stop() { end_part TERM 30; }

part_address() { printf 'localhost:%s' "$(cat "$part_dir/sasl-port")"; }

part_env() {
  local name
  for name in sasl mtls named expired stranger; do
    print_export "CDC_BROKERS_${name^^}" "localhost:$(cat "$part_dir/$name-port")"
  done
  print_export CDC_BROKERS_OPEN "127.0.0.1:$(cat "$part_dir/port")"
  print_export CDC_KAFKA_SECURE_DIR "$part_dir"
}
