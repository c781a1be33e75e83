# Trochlea: `make run` serves it, `make test` proves it. Both set up all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8000
WORKERS ?= 2
SHARE ?= 100

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tests start the server many times: it is compiled once, also where the shell says that nothing may be kept.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup run test test-deep torture planted mutants check format bench screenshots sbom audit lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(STAMP): requirements.lock
	@echo "Setting up $(VENV) (first time: about a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed (try: make PYTHON=python3.12)" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@# The lock names all there is, so nothing is resolved.
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	@touch $@

setup: $(STAMP) ## create the environment from requirements.lock

run: $(STAMP) ## migrate, seed and serve on 127.0.0.1:8000 (PORT=, WORKERS=)
	@$(BIN)/python -m flask --app wsgi serve --port $(PORT) --workers $(WORKERS)

test: $(STAMP) ## every test, on SQLite and on a real PostgreSQL
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not deep and not torture and not planted" $(ARGS)

test-deep: $(STAMP) ## the long tests
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "deep and not torture and not planted" $(ARGS)

torture: $(STAMP) ## the faults and the very long tests, by hand: hours; SHARE=10 runs a tenth of the rounds, ARGS="power" one step
	@TROCHLEA_TORTURE_SHARE=$(SHARE) $(BIN)/python -m tests.torture $(ARGS)

planted: $(STAMP) ## plant each known defect in a copy of the tree and see its test fail
	@$(BIN)/python -m pytest -n auto --dist worksteal -m planted $(ARGS)

mutants: $(STAMP) ## change the rules in thousands of places and see whether a test notices
	@rm -rf mutants
	@TROCHLEA_TEST_POSTGRESQL=none $(BIN)/python -P tests/mutating.py
	@$(BIN)/python -m tests.mutants

check: $(STAMP) ## format, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(STAMP) ## format and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(STAMP) ## measure beside raw baselines, write docs/benchmarks.md; ARGS="--patients 100000" grows further
	@$(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: $(STAMP) ## take the pictures of docs/therapists.md anew (needs Chromium)
	@$(BIN)/python -m tests.screenshots

sbom: $(STAMP) ## write the bill of materials, CycloneDX, into var/
	@$(BIN)/python -m tests.bill

audit: ## ask the public lists whether a pinned package has a known hole (needs the network)
	@$(PYTHON) -m venv .cache/audit
	@.cache/audit/bin/python -m pip install --quiet pip-audit
	@.cache/audit/bin/pip-audit --requirement requirements.lock --require-hashes --disable-pip --strict

lock: ## resolve requirements.lock anew from pyproject.toml
	@$(PYTHON) -m venv .cache/lock
	@.cache/lock/bin/python -m pip install --quiet uv
	@.cache/lock/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock

clean: ## remove the environment and the caches, never the data in var/
	rm -rf $(VENV) mutants .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
