# Short verbs in front of CMake and scripts/; `make help` lists them. Everything builds below build/.
SHELL := /bin/bash
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
release := build/release
bootstrapped := scripts/bootstrap

.PHONY: help build demo test check bench bench-load bench-instructions soak fmt install deb clean bootstrap configure dev clang asan tsan
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

demo: ## the whole pipeline on recorded flights; KEEP=1 leaves it up
	@$(bootstrapped) --only build --only lab
	@$(MAKE) --no-print-directory build
	@scripts/demo

test: ## everything the house promises, on real servers
	@$(bootstrapped) --only build --only lab --only test
	@$(MAKE) --no-print-directory build
	@scripts/test

check: ## format, layers, headers, scripts, pages, clang-tidy
	@$(bootstrapped) --only build --only check
	@scripts/check

bench: build ## the figures of tests/bench/README.md; bench-TOOL: of one tool
	@cmake --build --preset release --target instructions
	@tests/bench/run

bench-load: build
	@tests/bench/run pg-load

bench-instructions: ## instructions per event, held against those kept
	@$(bootstrapped) --only build --only test
	@$(MAKE) --no-print-directory build
	@cmake --build --preset release --target instructions
	@tests/bench/instructions/bench --check

bench-%: build
	@tests/bench/run $*

soak: build ## the long runs
	@scripts/test --soak

fmt: ## let the formatters write
	@scripts/check --fix

install: build ## into PREFIX (/usr/local), below DESTDIR
	@DESTDIR="$(DESTDIR)" cmake --install $(release) --prefix "$(PREFIX)"

deb: build ## a Debian package in build/release/
	@cd $(release) && cpack -G DEB

dev clang asan tsan:
	@cmake --preset $@ >/dev/null && cmake --build --preset $@ -j $(JOBS) --target all tests && ctest --preset $@ -L 'unit|cli' -j $(JOBS)

clean: ## remove build/
	@rm -rf build
