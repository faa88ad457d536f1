# shellcheck shell=bash
# The commands of scripts/lab.
: "${lab_dir:?}" "${lab_name:?}" "${lab_base:?}" "${all_parts:?}" "${default_parts:?}" "${top:?}"

command_up() {
  local part parts=("$@") jobs=() failed=0 code
  [ ${#parts[@]} -gt 0 ] || parts=("${default_parts[@]}")
  for part in "${parts[@]}"; do check_part "$part"; done
  lock_lab
  mkdir -p "$lab_dir"
  chmod 711 "$lab_dir"
  for part in "${parts[@]}"; do
    with_part "$part" bring_up &
    jobs+=("$!")
  done
  for part in "${jobs[@]}"; do
    code=0
    wait "$part" || code=$?
    [ "$code" = 0 ] || failed=$code
  done
  return "$failed"
}

command_down() {
  local keep='' part
  case ${1-} in
    '') ;;
    --keep) keep=1 ;;
    *) die "unknown argument \"$1\": down takes --keep only" 2 ;;
  esac
  [ -d "$lab_dir" ] || { say "lab \"$lab_name\": nothing is up"; return; }
  lock_lab
  for part in "${all_parts[@]}"; do
    [ -d "$lab_dir/$part" ] || continue
    with_part "$part" part_stop &
  done
  wait
  for part in "${all_parts[@]}"; do
    [ ! -d "$lab_dir/$part" ] || ! with_part "$part" is_running ||
      die "could not end part \"$part\" of lab \"$lab_name\"" 75
  done
  [ -n "$keep" ] || rm -rf "$lab_dir" "$lab_base/.$lab_name.lock"
}

command_status() {
  local part pid failed=0 seen=0
  [ $# = 0 ] || die 'status takes no argument' 2
  for part in "${all_parts[@]}"; do
    was_brought_up "$part" || continue
    seen=1
    if pid=$(with_part "$part" running_pid); then
      printf '%-12s running  pid %-8s %s\n' "$part" "$pid" "$(with_part "$part" part_address)"
    else
      printf '%-12s stopped\n' "$part"
      failed=1
    fi
  done
  [ "$seen" = 1 ] || say "lab \"$lab_name\": nothing is up"
  return "$failed"
}

command_env() {
  local part bin=$top/build/release/bin
  [ $# = 0 ] || die 'env takes no argument' 2
  [ -d "$lab_dir" ] || die "lab \"$lab_name\" is not up: scripts/lab up" 69
  print_export CDC_LAB "$lab_name"
  print_export CDC_LAB_DIR "$lab_dir"
  for part in "${all_parts[@]}"; do
    ! was_brought_up "$part" || with_part "$part" part_env
  done
  # shellcheck disable=SC2016
  printf 'case ":$PATH:" in *":%s:"*) ;; *) export PATH="%s:$PATH" ;; esac\n' "$bin" "$bin"
}

# one_part COMMAND PART : the argument of the commands that act on a single part
one_part() {
  [ $# = 2 ] || die "$1 takes one PART: one of ${all_parts[*]}" 2
  check_part "$2"
  was_brought_up "$2" || die "part \"$2\" is not up in lab \"$lab_name\": scripts/lab up $2" 69
}

command_logs() {
  local follow=()
  [ "${2-}" != -f ] || follow=(-F)
  [ $# -le 1 ] || [ "${2-}" = -f ] || die 'usage: scripts/lab logs PART [-f]' 2
  [ $# -ge 1 ] || die 'usage: scripts/lab logs PART [-f]' 2
  check_part "$1"
  [ -e "$lab_dir/$1/log" ] || die "part \"$1\" has no log in lab \"$lab_name\"" 69
  tail -n +1 "${follow[@]}" "$lab_dir/$1/log"
}

command_kill() {
  one_part kill "$@"
  lock_lab
  with_part "$1" end_part KILL 0
}

command_stop() {
  one_part stop "$@"
  lock_lab
  with_part "$1" part_stop
}

command_start() {
  one_part start "$@"
  lock_lab
  with_part "$1" bring_up
}
