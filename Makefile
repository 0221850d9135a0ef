# Bare machine: Python 3.11 or later and make. `make demo` and `make test` do the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Pins that still hold are kept; `make lock UPGRADE=--upgrade` takes the newest of all.
UPGRADE ?=

.PHONY: help env demo test lint notebooks bench lock

help:
	@echo "make demo    the demo client, from its raw files to finished reports"
	@echo "make test    every check: style, order of imports, tests, notebooks, pages in a browser"
	@echo "make bench   every measured goal, quickly"
	@echo "make env     the environment alone, in $(VENV)"
	@echo "make lock    requirements.lock again from pyproject.toml"

env: $(VENV)/.planlib

# Made anew when the lock changes, so that nothing stays which the lock no longer names.
$(VENV)/.lock: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "planlib needs Python 3.11 or later; $(PYTHON) is `$(PYTHON) --version 2>&1`. Try: make env PYTHON=python3.11"; exit 1; }
	@echo "Making $(VENV) from requirements.lock, a few minutes the first time ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@touch $@

# The build tool is in the lock too: nothing is fetched here without a hash.
$(VENV)/.planlib: $(VENV)/.lock pyproject.toml
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: env
	@$(BIN)/planlib demo

# Pages in a browser come first: files are handed out whole, and the long ones would end alone.
test: lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	@$(MAKE) --no-print-directory notebooks

lint: env
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

# Each notebook and template runs on demo clients in a workspace of its own, thrown away after.
notebooks: env
	@set -eu; \
	books=`find notebooks templates -name '*.ipynb' -not -path '*/.ipynb_checkpoints/*' 2>/dev/null || true`; \
	if [ -z "$$books" ]; then echo "No notebook to run."; exit 0; fi; \
	PLANLIB_WORKSPACE=`mktemp -d`; export PLANLIB_WORKSPACE; trap 'rm -rf "$$PLANLIB_WORKSPACE"' EXIT; \
	$(BIN)/planlib demo; \
	$(BIN)/python -m pytest -n 2 --dist loadfile -p no:cacheprovider --nbval-lax --nbval-current-env $$books

bench: env
	@set -e; for script in bench/[!_]*.py; do echo "== $$script"; $(BIN)/python "$$script" --quick; done

lock:
	@set -eu; tools=`mktemp -d`; trap 'rm -rf "$$tools"' EXIT; \
	$(PYTHON) -m venv "$$tools"; \
	"$$tools/bin/python" -m pip install -qq --disable-pip-version-check uv; \
	"$$tools/bin/uv" pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --quiet $(UPGRADE) --output-file requirements.lock
	@echo "requirements.lock is in step with pyproject.toml; make env takes it up."
