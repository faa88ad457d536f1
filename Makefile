# Short verbs in front of CMake and scripts/; see README.md. Everything builds below build/.
SHELL := /bin/bash
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
release := build/release
bootstrapped := scripts/bootstrap

.PHONY: build demo test check bench bench-load bench-instructions soak fmt install deb clean bootstrap configure dev clang asan tsan
.DEFAULT_GOAL := build

bootstrap:
	@$(bootstrapped)

# one line instead of CMake's own report when a package is missing
configure:
	@command -v cmake ninja ccache >/dev/null && command -v pandoc >/dev/null || { echo 'make: a package is missing: run scripts/bootstrap' >&2; exit 69; }
	@if [ ! -f $(release)/build.ninja ]; then \
	  cmake --preset release >$(release)-configure.log 2>&1 || { mkdir -p build; grep -m1 -A2 -E 'run scripts/bootstrap' $(release)-configure.log || tail -20 $(release)-configure.log; exit 69; }; \
	fi

build:
	@mkdir -p build
	@$(MAKE) --no-print-directory configure
	@cmake --build --preset release -j $(JOBS)

demo: bootstrap
	@$(MAKE) --no-print-directory build
	@scripts/demo

test: bootstrap
	@$(MAKE) --no-print-directory build
	@scripts/test

check: bootstrap
	@scripts/check

bench: build
	@cmake --build --preset release --target instructions
	@tests/bench/run

bench-load: build
	@tests/bench/run pg-load

bench-instructions: build
	@cmake --build --preset release --target instructions
	@tests/bench/run instructions

bench-%: build
	@tests/bench/run $*

soak: build
	@scripts/test --soak

fmt:
	@scripts/check --fix

install: build
	@DESTDIR="$(DESTDIR)" cmake --install $(release) --prefix "$(PREFIX)"

deb: build
	@cd $(release) && cpack -G DEB

dev clang asan tsan:
	@cmake --preset $@ >/dev/null && cmake --build --preset $@ -j $(JOBS) --target all tests && ctest --preset $@ -L 'unit|cli' -j $(JOBS)

clean:
	@rm -rf build
