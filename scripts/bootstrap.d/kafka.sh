# shellcheck shell=bash
# Apache Kafka: the broker's jars from Maven Central into $kafka_jars.
: "${top:?}" "${cdc_cache:?from scripts/versions}" "${kafka_jars:?}"

fetch_kafka() {
  local pom=$top/scripts/bootstrap.d/kafka-pom.xml key
  key=$({ cat "$pom"; echo "$KAFKA_VERSION $LOG4J_SLF4J_VERSION"; } | sha256sum | cut -c1-16)
  [ "$(cat "$kafka_jars/.complete" 2>/dev/null)" != "$key" ] || return 0
  say "Apache Kafka $KAFKA_VERSION: jars through Maven (about 50 MB)"
  rm -rf "$kafka_jars" "$kafka_jars.part"
  logged kafka-jars mvn -q -B -f "$pom" -Dmaven.repo.local="$cdc_cache/maven" \
    -Dkafka.version="$KAFKA_VERSION" -Dlog4j.version="$LOG4J_SLF4J_VERSION" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN:copy-dependencies" \
    -DoutputDirectory="$kafka_jars.part" -DincludeScope=runtime
  printf '%s\n' "$key" >"$kafka_jars.part/.complete"
  mv "$kafka_jars.part" "$kafka_jars"
}
