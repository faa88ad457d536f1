# shellcheck shell=bash
# toxiproxy: cuts, slows and resets connections between the parts of a lab. Debian has no package;
# its Go builds the pinned module, whose checksums Go's own database holds.
: "${cdc_cache:?from scripts/versions}" "${toxiproxy_server:?}"

fetch_toxiproxy() {
  local folder=$cdc_cache/go
  [ -x "$toxiproxy_server" ] && return
  say "toxiproxy $TOXIPROXY_VERSION: built by Go"
  mkdir -p "$folder"
  logged toxiproxy env GOPATH="$folder/path" GOCACHE="$folder/cache" GOBIN="$folder/bin" GOTOOLCHAIN=local \
    /usr/bin/go install "github.com/Shopify/toxiproxy/v2/cmd/server@v$TOXIPROXY_VERSION"
  mv "$folder/bin/server" "$toxiproxy_server"
  # 200 MB that nobody needs again; Go makes its module folder read-only
  chmod -R u+w "$folder"
  rm -rf "$folder"
}
