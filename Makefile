# Short verbs in front of CMake and scripts/; `make help` lists them. Everything builds below build/.
SHELL := /bin/bash
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
release := build/release
bootstrapped := scripts/bootstrap

.PHONY: help build demo test check bench bench-load bench-check bench-kafka bench-snow bench-instructions soak board fmt install deb dist clean bootstrap configure dev clang asan tsan
.DEFAULT_GOAL := build

# verbs, from the comments behind them
help:
	@sed -nE 's/^([a-z%A-Z-]+):[^#]*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 30

bootstrap: ## install everything that build, demo, tests and checks need
	@$(bootstrapped)

# one line instead of CMake's own report when a package is missing
configure:
	@command -v cmake ninja ccache >/dev/null && command -v pandoc >/dev/null || { echo 'make: a package is missing: run scripts/bootstrap' >&2; exit 69; }
	@if [ ! -f $(release)/build.ninja ]; then \
	  cmake --preset release >$(release)-configure.log 2>&1 || { mkdir -p build; grep -m1 -A2 -E 'run scripts/bootstrap' $(release)-configure.log || tail -20 $(release)-configure.log; exit 69; }; \
	fi

build: ## release build: build/release/bin/
	@mkdir -p build
	@$(MAKE) --no-print-directory configure
	@cmake --build --preset release -j $(JOBS)

# what stays up is looked at
demo_parts = $(WITH) $(if $(filter 1,$(KEEP)),$(filter-out $(WITH),board))

demo: ## the whole pipeline on recorded flights; KEEP=1 leaves it up with the flight board, WITH=monitoring with Prometheus
	@$(bootstrapped) --only build --only lab$(foreach part,$(demo_parts), --only $(part))
	@$(MAKE) --no-print-directory build
	@WITH="$(strip $(demo_parts))" scripts/demo

board: ## the flight board on a lab that is up; prints its address
	@$(bootstrapped) --only board
	@scripts/flights/board/start

test: ## everything the house promises, on real servers
	@$(bootstrapped) --only build --only lab --only test
	@$(MAKE) --no-print-directory build
	@scripts/test

check: ## format, layers, headers, scripts, pages, workflows, compose files, clang-tidy
	@$(bootstrapped) --only build --only check
	@scripts/check

bench: build ## the figures of tests/bench/README.md; bench-TOOL: of one tool
	@cmake --build --preset release --target instructions
	@tests/bench/run

bench-load: build
	@tests/bench/run pg-load

bench-check: build ## cdc-check beside the line walk, jq and a JSON Schema validator
	@$(bootstrapped) --only bench
	@tests/bench/run cdc-check

bench-kafka: build ## kcat-cdc beside kcat against a broker on this machine
	@tests/bench/run kcat-cdc

bench-snow: build ## snow-put beside zstd alone and the official streaming client, against an endpoint that answers at once
	@$(bootstrapped) --only test
	@. scripts/versions && CDC_CLIENT_PYTHON=$$venv_folder/client/bin/python tests/bench/run snow-put

bench-instructions: ## instructions per event, held against those kept
	@$(bootstrapped) --only build --only test
	@$(MAKE) --no-print-directory build
	@cmake --build --preset release --target instructions
	@tests/bench/instructions/bench --check

bench-%: build
	@tests/bench/run $*

soak: ## the long runs
	@$(bootstrapped) --only build --only lab --only test --only browser --only act --only dist
	@$(MAKE) --no-print-directory build
	@scripts/test --soak

fmt: ## let the formatters write
	@scripts/check --fix

install: build ## into PREFIX (/usr/local), below DESTDIR
	@DESTDIR="$(DESTDIR)" cmake --install $(release) --prefix "$(PREFIX)"

deb: build ## a Debian package in build/release/
	@cd $(release) && SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)} sh -c 'umask 022; cpack -G DEB'

dist: build ## what a release is made of, in build/dist/: .deb, tarball, SBOM, checksums
	@scripts/ci/release-files

dev clang asan tsan:
	@cmake --preset $@ >/dev/null && cmake --build --preset $@ -j $(JOBS) --target all tests && ctest --preset $@ -L 'unit|cli' -j $(JOBS)

clean: ## remove build/
	@rm -rf build
