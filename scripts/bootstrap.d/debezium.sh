# shellcheck shell=bash
# Debezium's connector for PostgreSQL, which runs in Kafka Connect: a peer of `make bench`.
: "${cdc_cache:?from scripts/versions}" "${debezium_plugins:?}"

fetch_debezium() {
  local name=debezium-connector-postgres
  [ -e "$debezium_plugins/.complete" ] && return
  say "Debezium $DEBEZIUM_VERSION: the connector through Maven (about 6 MB)"
  rm -rf "$debezium_plugins" "$debezium_plugins.part"
  logged debezium mvn -q -B -Dmaven.repo.local="$cdc_cache/maven" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN:copy" \
    -Dartifact="io.debezium:$name:$DEBEZIUM_VERSION:tar.gz:plugin" -DoutputDirectory="$debezium_plugins.part"
  tar -C "$debezium_plugins.part" -xzf "$debezium_plugins.part/$name-$DEBEZIUM_VERSION-plugin.tar.gz"
  rm "$debezium_plugins.part/$name-$DEBEZIUM_VERSION-plugin.tar.gz"
  touch "$debezium_plugins.part/.complete"
  mv "$debezium_plugins.part" "$debezium_plugins"
}
