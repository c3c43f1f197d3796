# The task runner. `make` alone lists the targets.
#
# Needs a Rust toolchain, a C compiler and CPython 3.11 or newer; everything else goes into .venv.
# Each step of the set-up leaves a stamp in .venv when it has finished, so an interrupted one is repeated and a
# finished one is not.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

VENV := .venv
BIN := $(VENV)/bin
# The first interpreter that is new enough; `make PYTHON=/path/to/python setup` to choose.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3; do \
	if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$p; break; fi; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check
# An active conda or other environment would make maturin install somewhere else.
MATURIN := env -u CONDA_PREFIX PIP_QUIET=1 PIP_DISABLE_PIP_VERSION_CHECK=1 VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/maturin

RUST_SOURCES := Cargo.toml Cargo.lock $(shell find runtime -type f)
INTEGRATIONS := $(patsubst %/pyproject.toml,%,$(wildcard integrations/*/pyproject.toml))
PYTEST_ARGS ?=
# What property tests draw: the same every time, so that a change is judged by what it does. `make fuzz` draws anew.
SEED ?= 1
ROUNDS ?= 10

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: setup
setup: $(VENV)/.integrations.stamp $(VENV)/.extension.stamp ## make .venv, build the extension in release, install all of it editable

.PHONY: demo
demo: setup ## scan and redact some prompts through the awaitable API
	@$(BIN)/python examples/quickstart.py

.PHONY: test
test: test-rust test-python ## run all tests, Rust and Python

.PHONY: test-rust
test-rust: ## run the Rust tests
	PROPTEST_RNG_SEED=$(SEED) cargo test --workspace --locked --quiet

.PHONY: test-python
test-python: setup ## run the Python tests, those of the integrations too (PYTEST_ARGS=...)
	$(BIN)/python -m pytest --hypothesis-seed=$(SEED) $(PYTEST_ARGS)

.PHONY: fuzz
fuzz: setup ## run the property tests with other texts each time (ROUNDS=10); prints the seed of each round
	@for seed in $$(shuf -i 2-1000000000 -n $(ROUNDS)); do \
	echo "SEED=$$seed"; \
	PROPTEST_RNG_SEED=$$seed cargo test --workspace --locked --quiet; \
	$(BIN)/python -m pytest -q -m hypothesis --hypothesis-seed=$$seed $(PYTEST_ARGS); \
	done

.PHONY: coverage
coverage: setup ## run the Python tests and report branch coverage
	$(BIN)/python -m pytest --hypothesis-seed=$(SEED) --cov --cov-report=term $(PYTEST_ARGS)

.PHONY: bench
bench: setup $(VENV)-llm-guard/.made.stamp ## run all benchmarks and draw the pictures (some minutes, on a quiet machine)
	$(BIN)/python -m benchmarks

$(VENV)-llm-guard/.made.stamp: benchmarks/scanners/reference_env.py | $(VENV)/.extension.stamp
	$(BIN)/python benchmarks/scanners/reference_env.py
	@touch $@

.PHONY: lint
lint: setup ## check formatting, clippy, ruff and mypy
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy pyshield $(wildcard integrations/*/src) training/example.py training/__main__.py training/generate

.PHONY: stubs
stubs: setup ## regenerate pyshield/_runtime.pyi from the extension
	$(BIN)/python .ci/stubs.py write

.PHONY: stubs-check
stubs-check: setup ## check that pyshield/_runtime.pyi is what the extension says, and what it does
	$(BIN)/python .ci/stubs.py check
	$(BIN)/python -m mypy.stubtest --allowlist .ci/stubtest.allow pyshield._runtime

.PHONY: format
format: setup ## rewrite the sources as the formatters want them
	cargo fmt --all
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

.PHONY: ci
ci: lint stubs-check test-rust coverage ## everything that must pass before a change lands

.PHONY: lock
lock: $(VENV)/.created.stamp ## compile requirements/dev.lock from requirements/dev.in
	$(PIP) install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --annotation-style line \
		--overrides requirements/overrides.in requirements/dev.in -o requirements/dev.lock

.PHONY: clean
clean: ## remove .venv and everything that was built
	rm -rf $(VENV) $(VENV)-llm-guard target build dist pyshield/_runtime*.so
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.created.stamp:
	@test -n "$(PYTHON)" || { echo "pyshield needs CPython 3.11 or newer: install it, or say make PYTHON=..." >&2; exit 1; }
	@command -v cargo >/dev/null || { echo "pyshield needs a Rust toolchain: cargo is not on PATH" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.requirements.stamp: requirements/dev.lock $(VENV)/.created.stamp
	$(PIP) install --quiet --no-deps --require-hashes -r $<
	@touch $@

$(VENV)/.extension.stamp: $(RUST_SOURCES) pyproject.toml $(VENV)/.requirements.stamp
	$(MATURIN) develop --release --locked --quiet
	@touch $@

$(VENV)/.integrations.stamp: $(INTEGRATIONS:%=%/pyproject.toml) $(VENV)/.extension.stamp
	$(if $(INTEGRATIONS),$(PIP) install --quiet --no-deps --no-build-isolation $(INTEGRATIONS:%=-e ./%))
	@touch $@
