# shellcheck shell=bash
# PostgreSQL 14, otherwise as part postgres.
: "${top:?}"
# shellcheck source=scripts/lab.d/postgres_other.sh
. "$top/scripts/lab.d/postgres_other.sh"
