# shellcheck shell=bash
# Starting and ending a part's process. A pid file holds "PID STARTED"; both must fit the process
# before it is touched, so that a number used again by someone else is left alone.
# The functions run inside with_part, which sets part, part_dir and log.
# shellcheck disable=SC2154

ready_seconds=60

# started_at PID : the kernel's start time of the process; nothing when there is none
started_at() {
  local line
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
  line=${line##*) }
  # shellcheck disable=SC2086
  set -- $line
  [ "$1" = Z ] || printf '%s' "${20}"
}

running_pid() {
  local pid started
  { read -r pid started <"$part_dir/pid"; } 2>/dev/null || return 1
  [ -n "$started" ] && [ "$(started_at "$pid")" = "$started" ] || return 1
  printf '%s' "$pid"
}
is_running() { running_pid >/dev/null; }

# The caller's pipes and locks would stay open as long as the server lives.
close_inherited() {
  local path
  for path in /proc/self/fd/*; do
    path=${path##*/}
    [ "$path" -le 2 ] || eval "exec $path>&-"
  done
}

# launch COMMAND... : in a session of its own, so that Ctrl-C in a test does not end it
launch() {
  (
    close_inherited
    exec setsid "$@"
  ) >>"$log" 2>&1 </dev/null &
  local pid=$!
  printf '%s %s\n' "$pid" "$(started_at "$pid")" >"$part_dir/pid"
}

# family PID : its descendants and itself, one a line
family() {
  local child
  for child in $(pgrep -P "$1"); do family "$child"; done
  printf '%s\n' "$1"
}

# end_part SIGNAL SECONDS : ends the part's process; after SECONDS with SIGKILL, with all children
end_part() {
  local pid members member deadline
  pid=$(running_pid) || return 0
  mapfile -t members < <(family "$pid" | while read -r member; do
    printf '%s %s\n' "$member" "$(started_at "$member")"
  done)
  deadline=$((SECONDS + $2))
  kill -s "$1" "$pid" 2>/dev/null || :
  while is_running && [ "$SECONDS" -lt "$deadline" ]; do sleep 0.05; done
  for member in "${members[@]}"; do end_at_once "${member% *}" "${member#* }"; done
}

# end_at_once PID STARTED
end_at_once() {
  local tries=0
  while [ -n "$2" ] && [ "$(started_at "$1")" = "$2" ]; do
    kill -KILL "$1" 2>/dev/null || :
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || die "could not end process $1 of part \"$part\"" 75
    sleep 0.05
  done
}

wait_ready() {
  local deadline=$((SECONDS + ready_seconds))
  until part_ready; do
    if ! is_running; then
      show_failure "ended by itself"
      return 1
    fi
    if [ "$SECONDS" -ge "$deadline" ]; then
      show_failure "was not ready after $ready_seconds s"
      end_part KILL 5
      return 1
    fi
    sleep 0.1
  done
}

show_failure() {
  say "could not start $part: it $1; the end of its log ($log):"
  tail -n 20 "$log" >&2
}

# bring_up : prepare when new, start when not running, wait until ready
bring_up() {
  if [ ! -e "$part_dir/prepared" ]; then
    end_part KILL 0 # what an interrupted `up` left
    rm -rf "$part_dir"
    mkdir -p "$part_dir"
    : >"$log"
    part_prepare
  fi
  is_running || part_launch
  wait_ready || return 75
  if [ ! -e "$part_dir/prepared" ]; then
    if [ "$(type -t part_first_run)" = function ]; then part_first_run; fi
    : >"$part_dir/prepared"
  fi
}
