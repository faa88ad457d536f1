# shellcheck shell=bash
# What every step of bootstrap shares: how it speaks and how it becomes root.
: "${cdc_cache:?from scripts/versions}"

say() { printf 'bootstrap: %s\n' "$*" >&2; }
die() {
  printf 'bootstrap: %s\n' "$1" >&2
  exit "${2:-69}"
}

# as_root COMMAND... : run it as it is when root already, else through sudo
as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
    return
  fi
  command -v sudo >/dev/null || die 'could not install packages: neither root nor sudo here'
  sudo "$@"
}

# logged NAME COMMAND... : run quietly; when it fails show the end of what it said
logged() {
  local name=$1 log
  shift
  mkdir -p "$cdc_cache/log"
  log=$cdc_cache/log/$name.log
  if ! "$@" >"$log" 2>&1 8>&-; then
    tail -n 20 "$log" >&2
    die "could not finish step \"$name\": see $log"
  fi
}
