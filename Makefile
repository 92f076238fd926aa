# make demo    from nothing to the paid and booked backlog of a made-up mutual, and its desk in your browser
#              (DEMO_ONCE=1 make demo ends after the summary)
# make run     the desk and a worker on the records that TIWIZI_DATABASE names, brought up to date first
# make test    run every test, on all processors
# make check   lint, types, import contracts
# make wheel   build the wheel, install it in a fresh environment outside the checkout and run it there: minutes
# make soak    the tests of robustness with their full counts: hours
# make bench   the speed and memory figures
# make lock    work out the versions and hashes in requirements/ anew
#
# Each sets up what it needs in .venv by itself, once. Only Python 3.11 or later, make and git are needed.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
CANDIDATES := python3.13 python3.12 python3.11 python3 python

.PHONY: help demo run test check wheel soak bench lock clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | head -11

# A name on the PATH is no proof (version managers leave empty shims, Debian parts venv from python3), so each is asked.
$(BIN)/python:
	@for python in $(PYTHON) $(CANDIDATES); do \
	  if "$$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    "$$python" -m venv $(VENV) && exit 0; rm -rf $(VENV); exit 1; \
	  fi; \
	done; \
	echo "Tiwizi needs Python 3.11 or later with its venv module, and found none." >&2; \
	echo "Install it (Debian, Ubuntu: apt install python3 python3-venv), or say where it is: make PYTHON=/path/to/python3" >&2; \
	exit 1

$(VENV)/.run-ready: $(BIN)/python requirements/base.txt requirements/build.txt pyproject.toml
	@echo "Setting up in $(VENV): about a minute, once."
	@$(PIP) --require-hashes -r requirements/base.txt -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements/dev.txt
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run-ready
	@$(BIN)/tiwizi demo --out demo --force

run: $(VENV)/.run-ready
	@$(BIN)/tiwizi migrate
	@$(BIN)/tiwizi serve

test: $(VENV)/.dev-ready
	@$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal

wheel: $(VENV)/.dev-ready
	@TIWIZI_WHEEL=1 $(BIN)/python -m pytest --timeout=0 tests/test_wheel.py

soak: $(VENV)/.dev-ready
	@TIWIZI_SOAK=1 $(BIN)/python -m pytest -m soak --timeout=0

check: $(VENV)/.dev-ready
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml
	@DJANGO_SETTINGS_MODULE=tiwizi.site.settings TIWIZI_DATABASE=:memory: $(BIN)/python -m django makemigrations --check --dry-run

# Ray only to be compared with.
$(VENV)/.bench-ready: $(VENV)/.dev-ready requirements/ray.txt
	@$(PIP) --require-hashes -r requirements/ray.txt
	@touch $@

bench: $(VENV)/.bench-ready
	@$(BIN)/python -m bench

LOCK := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --universal \
	--python-version 3.11 --custom-compile-command "make lock"

lock: $(VENV)/.run-ready
	@$(PIP) --require-hashes -r requirements/lock.txt
	@for name in base build dev ray lock; do $(LOCK) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean:
	@rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
