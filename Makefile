# `make` lists what there is to do. Needs Python 3.11 or newer, make and a package registry; nothing else.

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= python3.11
JOBS   ?= 2
MINUTES ?= 10
ROUNDS ?= 1
FIGURES := build/bench.json

# What a stamp says is done is not done again: a second `make setup` takes no time.
RUNTIME := $(VENV)/.runtime-installed
DEV     := $(VENV)/.dev-installed
PIP     := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test test-fast hooks kafka-up lint bench bench-compare soak chaos mutants lock clean

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## Make .venv with the command .venv/bin/erapaiva

run: $(RUNTIME) ## Play the shipped example, write its letters to var/outbox, go on live (Ctrl-C stops)
	@$(BIN)/erapaiva run --example

test: $(DEV) ## Run all tests (JOBS=2 processes), on servers of their own
	@tests/servers/install
	@$(BIN)/python -m pytest -n $(JOBS)

test-fast: $(DEV) ## Run the tests that need no server and no time: a minute or two
	@$(BIN)/python -m pytest -n $(JOBS) -m "not kafka and not postgres and not e2e and not slow"

hooks: ## Have git run what CI runs: lint and test-fast before a commit, everything before a push
	@git config core.hooksPath .githooks

kafka-up: $(DEV) ## Run an empty Apache Kafka on this machine (Ctrl-C stops)
	@tests/servers/install
	@exec $(BIN)/python -m tests.servers.kafka

lint: $(DEV) ## Check style and types: ruff and mypy --strict
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: $(DEV) ## Measure, with units, on this machine's cores; keeps build/bench.json (ROUNDS=1; NAMES="flowing histories" for some)
	@tests/servers/install
	@$(BIN)/python -m tests.bench --rounds $(ROUNDS) --json $(FIGURES) $(NAMES)

bench-compare: $(DEV) ## Say what changed beyond noise since another run: make bench-compare OTHER.json
	@$(BIN)/python -m tests.bench.compare $(filter %.json,$(MAKECMDGOALS)) $(FIGURES)

soak: $(DEV) ## Ten minutes with the mail server down: what each process holds, and whether all goes out after (MINUTES=10)
	@tests/servers/install
	@$(BIN)/python -m tests.bench.soak --minutes $(MINUTES)

chaos: $(DEV) ## Kill, pause and cut off the workers while they work; SEED=… plays a run again
	@tests/servers/install
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED))

mutants: $(DEV) ## Break each guard on purpose and count the tests that notice
	@$(BIN)/python -m tests.mutants

lock: ## Pin the packages of pyproject.toml with hashes; UPGRADE=1: their newest versions (needs uv)
	@command -v uv > /dev/null || { echo "make lock needs uv: python3 -m pip install uv" >&2; exit 1; }
	uv pip compile $(LOCK) --extra build -o requirements.txt pyproject.toml
	uv pip compile $(LOCK) --extra build --extra dev -c requirements.txt -o requirements-dev.txt pyproject.toml

LOCK := $(if $(UPGRADE),--upgrade) --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

clean: ## Remove what setup and the tests have made (never var/ and inbox/: they are yours)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .servers
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@echo "Setting up $(VENV): the pinned packages of requirements.txt, once."
	@for candidate in $(PYTHON) python3.13 python3.12 python3; do \
	  if "$$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then \
	    exec "$$candidate" -m venv $(VENV); \
	  fi; \
	done; \
	echo "Eräpäivä needs Python 3.11 or newer with venv (Debian: apt install python3.11-venv)." >&2; \
	echo "Another place: make PYTHON=/path/to/python3.11" >&2; exit 1

# compileall: without it each start of the command would compile all of it again where Python may not write bytecode.
$(RUNTIME): requirements.txt pyproject.toml | $(BIN)/python
	@$(PIP) install --require-hashes --no-deps -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q schemas services
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	@$(PIP) install --require-hashes --no-deps -r requirements-dev.txt
	@touch $@
