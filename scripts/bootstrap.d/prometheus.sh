# shellcheck shell=bash
# Prometheus and promtool out of Debian's package, unpacked into the cache: installing it would start
# a server on port 9090 of every machine with systemd.
: "${cdc_cache:?from scripts/versions}" "${prometheus_folder:?}"

fetch_prometheus() {
  local folder=$prometheus_folder.new
  [ ! -x "$prometheus_folder/promtool" ] || return 0
  say "Prometheus $PROMETHEUS_VERSION: unpacked from Debian's package"
  rm -rf "$folder"
  mkdir -p "$folder/apt"
  download_prometheus "$folder/apt" || {
    logged apt-update apt update
    logged prometheus download_prometheus "$folder/apt"
  }
  dpkg-deb -x "$folder"/apt/prometheus_*.deb "$folder/tree"
  mv "$folder/tree/usr/bin/prometheus" "$folder/tree/usr/bin/promtool" "$folder/"
  rm -rf "$folder/apt" "$folder/tree" "$prometheus_folder"
  mv "$folder" "$prometheus_folder"
}

# any update of the pinned version will do: Debian keeps the newest only
download_prometheus() (
  cd "$1" && apt-get -q download prometheus >/dev/null 2>&1 && [ -e "$(echo prometheus_"$PROMETHEUS_VERSION"*.deb)" ]
)
