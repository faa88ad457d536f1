# shellcheck shell=bash
# snow-local: the Snowflake stand-in, with a key pair and a connections.toml of its own.
: "${part_dir:?}" "${top:?}" "${venv_folder:?from scripts/versions}"

snow_account=MYORG-LAB
snow_user=CDC_USER
snow_role=SYSADMIN

# the environment that bootstrap made for this very list of packages
snow_python() {
  local key
  key=$(sha256sum "$top/tools/snow-local/requirements.txt" | cut -c1-12)
  need "$venv_folder/snow-local-$key/.complete" 'the Python environment of snow-local'
  printf '%s' "$venv_folder/snow-local-$key/bin/python"
}

part_prepare() {
  snow_python >/dev/null
  take_ports port tls-port
  mkdir "$part_dir/data"
  mkdir -m 700 "$part_dir/home"
  (
    umask 077
    openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 \
      -out "$part_dir/home/key.pem"
    write_connections >"$part_dir/home/connections.toml"
  )
  openssl pkey -in "$part_dir/home/key.pem" -pubout -out "$part_dir/home/key.pub"
}

write_connections() {
  cat <<TOML
[lab]
account = "$snow_account"
user = "$snow_user"
host = "127.0.0.1"
port = $(cat "$part_dir/port")
protocol = "http"
authenticator = "SNOWFLAKE_JWT"
private_key_file = "$part_dir/home/key.pem"
database = "CDC"
schema = "RAW"
warehouse = "COMPUTE_WH"
role = "$snow_role"
TOML
}

part_launch() {
  local options=() python
  python=$(snow_python)
  read_kept_options options "${CDC_LAB_SNOW_ARGS-}"
  cd "$top/tools/snow-local" || die "could not enter \"$top/tools/snow-local\""
  launch "$python" -m snow_local --data "$part_dir/data" --port "$(cat "$part_dir/port")" \
    --tls-port "$(cat "$part_dir/tls-port")" --account "$snow_account" \
    --user "$snow_user:$snow_role" --public-key "$part_dir/home/key.pub" "${options[@]}"
}

part_ready() {
  curl -sf -o /dev/null "$(part_address)/healthz" &&
    curl -sf -o /dev/null --cacert "$part_dir/data/tls/ca.pem" "$(tls_address)/healthz"
}

part_stop() { end_part TERM 15; }

part_address() { printf 'http://127.0.0.1:%s' "$(cat "$part_dir/port")"; }
tls_address() { printf 'https://127.0.0.1:%s' "$(cat "$part_dir/tls-port")"; }

part_env() {
  print_export CDC_SNOW_URL "$(part_address)"
  print_export CDC_SNOW_TLS_URL "$(tls_address)"
  print_export CDC_SNOW_CA "$part_dir/data/tls/ca.pem"
  print_export CDC_SNOW_ACCOUNT "$snow_account"
  print_export CDC_SNOW_USER "$snow_user"
  print_export CDC_SNOW_KEY "$part_dir/home/key.pem"
  print_export SNOWFLAKE_HOME "$part_dir/home"
}
