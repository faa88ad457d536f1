# shellcheck shell=bash
# Python parts, each in a virtual environment of its own: $venv_folder/NAME is a link to the one
# that fits the requirements file, so that a changed file never touches what a running lab uses.
: "${cdc_cache:?from scripts/versions}" "${venv_folder:?}" "${RUFF_VERSION:?}"

# make_venv NAME REQUIREMENTS_FILE
make_venv() {
  local name=$1 requirements=$2 key target
  [ -r "$requirements" ] || die "could not read \"$requirements\": no such file"
  key=$(sha256sum "$requirements" | cut -c1-12)
  target=$name-$key
  if [ -e "$venv_folder/$target/.complete" ] &&
    [ "$(readlink "$venv_folder/$name")" = "$target" ]; then return; fi
  if [ ! -e "$venv_folder/$target/.complete" ]; then
    say "Python environment \"$name\": $(grep -cE '^[A-Za-z]' "$requirements") packages"
    install_venv "$name" "$venv_folder/$target" "$requirements"
  fi
  ln -sfn "$target" "$venv_folder/$name"
  drop_old_venvs "$name" "$target"
}

# install_venv NAME FOLDER REQUIREMENTS_FILE
install_venv() {
  rm -rf "$2"
  mkdir -p "$venv_folder"
  logged "venv-$1" /usr/bin/python3 -m venv "$2"
  logged "pip-$1" env PIP_CACHE_DIR="$cdc_cache/pip" PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore "$2/bin/python" -m pip install -q -r "$3"
  : >"$2/.complete"
}

# drop_old_venvs NAME KEEP : those nobody renewed for a week; younger ones may serve a running lab
drop_old_venvs() {
  find "$venv_folder" -maxdepth 1 -type d -name "$1-*" ! -name "$2" -mtime +7 \
    -exec rm -rf {} +
}

make_checks_venv() {
  local requirements=$venv_folder/checks.txt
  mkdir -p "$venv_folder"
  printf 'ruff==%s\n' "$RUFF_VERSION" | cmp -s - "$requirements" ||
    printf 'ruff==%s\n' "$RUFF_VERSION" >"$requirements"
  make_venv checks "$requirements"
}
