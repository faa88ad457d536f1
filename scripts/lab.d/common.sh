# shellcheck shell=bash
# What every command and part of the lab shares: names, folders, errors, locks.
: "${top:?}" "${cdc_cache:?from scripts/versions}"

# default_parts: what `up` without a name starts
# shellcheck disable=SC2034
default_parts=(postgres kafka snow-local opensky)
all_parts=(postgres postgres14 postgres16 postgres17 postgres18 kafka kafka3 kafka-secure registry snow-local opensky toxiproxy monitoring board)
lab_name=${CDC_LAB:-default}
lab_base=${CDC_LAB_BASE:-${TMPDIR:-/tmp}/cdckit-lab-$UID}
lab_dir=$lab_base/$lab_name

say() { printf 'lab: %s\n' "$*" >&2; }
hint() { printf 'lab: hint: %s\n' "$*" >&2; }
die() {
  say "$1"
  exit "${2:-69}"
}

[[ $lab_name =~ ^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$ ]] ||
  die "CDC_LAB is \"$lab_name\": letters, digits, dot, dash and underscore only" 2

# need FILE WHAT [GROUP] : a part that is not installed is an error that names what installs it
need() {
  [ -e "$1" ] && return
  say "could not find $2: no \"$1\""
  hint "Run scripts/bootstrap --only ${3:-lab}."
  exit 69
}

check_part() {
  case " ${all_parts[*]} " in *" $1 "*) return ;; esac
  die "there is no part \"$1\": there are ${all_parts[*]}" 2
}

# The folder of all labs of this user. Others may pass through (the server's own user must reach
# its data below it), but it has to be ours: the name in /tmp can be guessed.
open_base() {
  mkdir -p "$lab_base"
  [ -O "$lab_base" ] || die "could not use \"$lab_base\": it belongs to someone else" 73
  chmod 711 "$lab_base"
}

# One command at a time on one lab; children must not inherit descriptor 9 (see launch). `down`
# removes the file: who waited for it meanwhile holds a lock on nothing and has to ask again.
lock_lab() {
  local file=$lab_base/.$lab_name.lock
  open_base
  until [ "$file" -ef /proc/self/fd/9 ]; do
    exec 9>"$file"
    flock -w 180 9 || die "could not lock lab \"$lab_name\": another command holds it" 75
  done
}

was_brought_up() { [ -e "$lab_dir/$1/prepared" ]; }

# with_part PART FUNCTION... : in a subshell that knows the part's own functions
with_part() (
  # shellcheck disable=SC2030,SC2034
  part=$1 part_dir=$lab_dir/$1 log=$lab_dir/$1/log
  # shellcheck source=/dev/null
  . "$top/scripts/lab.d/$1.sh"
  shift
  "$@"
)

# take_ports NAME... : writes one free loopback port into each file $part_dir/NAME
# shellcheck disable=SC2031
take_ports() {
  /usr/bin/python3 "$top/scripts/lab.d/take-ports" "$lab_base" "${@/#/$part_dir/}"
}

# read_kept_options ARRAY WORDS : the words of the part's first start, which a later one takes again
# shellcheck disable=SC2031
read_kept_options() {
  local words=$2
  [ -e "$part_dir/options" ] || printf '%s\n' "$words" >"$part_dir/options"
  read -r -a "$1" <"$part_dir/options"
}

# quoted for sh
print_export() { printf "export %s='%s'\n" "$1" "${2//\'/\'\\\'\'}"; }
