# shellcheck shell=bash
# Debian packages: installs those that are missing, all groups in one apt run.
: "${top:?}" "${POSTGRES_MAJOR:?from scripts/versions}"

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# packages_of GROUP... : their names, one a line
packages_of() {
  local pattern
  pattern=$(IFS='|'; printf '%s' "$*")
  sed -nE "s/^($pattern): *//p" "$top/scripts/bootstrap.d/packages" | tr -s ' ' '\n' | sort -u
}

# missing_packages GROUP... : the names that are not installed, one a line
missing_packages() {
  local wanted
  wanted=$(packages_of "$@")
  # dpkg-query fails for names it has never heard of: those are missing as well
  comm -23 <(printf '%s\n' "$wanted") <(
    # shellcheck disable=SC2086
    { dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || :; } |
      sed -n 's/^installed //p' | sort -u
  )
}

# The package would create and start a cluster of its own on port 5432; the lab makes private ones.
forbid_system_cluster() {
  local settings=/etc/postgresql-common/createcluster.conf
  if dpkg-query -W -f '${db:Status-Status}' "postgresql-$POSTGRES_MAJOR" 2>/dev/null |
    grep -qx installed; then return; fi
  say 'PostgreSQL: no system cluster (create_main_cluster = false)'
  logged postgresql-common apt install postgresql-common
  grep -qE '^create_main_cluster *= *false' "$settings" ||
    as_root sh -c "echo 'create_main_cluster = false' >>$settings"
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  [ -r /etc/debian_version ] || die 'could not install packages: this is not Debian'
  say "Debian packages: ${#missing[@]} to install: ${missing[*]}"
  logged apt-update apt update
  case " ${missing[*]} " in *" postgresql-$POSTGRES_MAJOR "*) forbid_system_cluster ;; esac
  logged apt-install apt install "${missing[@]}"
}
