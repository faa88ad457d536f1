# shellcheck shell=bash
# PostgreSQL servers of other majors than Debian's, from Maven Central into $postgres_servers/MAJOR.
# Each jar holds one archive with bin/{initdb,pg_ctl,postgres}, the libraries and contrib.
: "${cdc_cache:?from scripts/versions}" "${postgres_servers:?}" "${POSTGRES_SERVERS:?}"

fetch_postgres_servers() {
  local major version amd64 arm64
  while read -r major version amd64 arm64; do
    [ -n "$major" ] || continue
    case $(uname -m) in
      x86_64) fetch_postgres_server "$major" "amd64:$version" "$amd64" ;;
      aarch64) fetch_postgres_server "$major" "arm64v8:$version" "$arm64" ;;
      *) die "could not install PostgreSQL $major: no server for $(uname -m)" ;;
    esac
  done <<<"$POSTGRES_SERVERS"
}

# fetch_postgres_server MAJOR PLATFORM:VERSION SHA256
fetch_postgres_server() {
  local folder=$postgres_servers/$1 name=embedded-postgres-binaries-linux-$2 part jar
  [ "$(cat "$folder/.complete" 2>/dev/null)" != "$3" ] || return 0
  part=$folder.part jar=$part/${name/:/-}.jar
  say "PostgreSQL ${2#*:}: server through Maven (about 15 MB)"
  rm -rf "$part"
  mkdir -p "$part"
  logged "postgres-$1" mvn -q -B -Dmaven.repo.local="$cdc_cache/maven" \
    "org.apache.maven.plugins:maven-dependency-plugin:$MAVEN_DEPENDENCY_PLUGIN:copy" \
    -Dartifact="io.zonky.test.postgres:$name" -DoutputDirectory="$part"
  printf '%s  %s\n' "$3" "$jar" | logged "postgres-$1-checksum" sha256sum -c -
  logged "postgres-$1-unpack" unpack_postgres_server "$jar" "$part"
  printf '%s\n' "$3" >"$part/.complete"
  rm -rf "$folder"
  mv "$part" "$folder"
}

# unpack_postgres_server JAR FOLDER : without what only compiling needs; others may read it
unpack_postgres_server() {
  /usr/bin/python3 -m zipfile -e "$1" "$2" &&
    tar -xJf "$2"/postgres-linux-*.txz -C "$2" --no-same-owner &&
    rm -rf "$1" "$2"/*.txz "$2/META-INF" "$2"/lib/*.a "$2/lib/pkgconfig" &&
    chmod -R a+rX "$2"
}
