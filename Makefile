# Everything a person does with this checkout. `make` alone lists it.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

PYTHON ?= python3
PORT ?= 8000
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
# Files go to as many processes as there are cores, four at most; what was asked for by
# ARGS goes to one, unless it names another number (ARGS="-n 2 tests/patients").
SPREAD = $(if $(ARGS),,-n auto --maxprocesses 4) --dist loadgroup --no-loadscope-reorder
FAST := not slow and not browser and not worker
PIP := $(BIN)/pip --quiet --disable-pip-version-check install --require-hashes --only-binary :all:
RUN_STAMP := $(VENV)/.requirements
DEV_STAMP := $(VENV)/.requirements-dev

# Python keeps what it has compiled, for the many processes that the suite starts.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install install-dev run quick fast test lint format shell bench chaos pictures lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

install: $(RUN_STAMP) ## make .venv with what the application needs
install-dev: $(DEV_STAMP) ## the same, with what checks and tests need

$(BIN)/pip:
	@PYTHON="$(PYTHON)" sh scripts/make-venv $(VENV)

$(RUN_STAMP): requirements.txt | $(BIN)/pip
	@echo "Installing requirements.txt ..."
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt | $(BIN)/pip
	@echo "Installing requirements-dev.txt ..."
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(RUN_STAMP)

run: install ## serve on http://127.0.0.1:8000 with demo data (PORT=... for another port)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py load_ruleset
	@$(BIN)/python manage.py seed_demo
	@echo
	@echo "  Spine CDS serves on http://127.0.0.1:$(PORT)   (Ctrl-C stops it)"
	@echo
	@exec $(BIN)/gunicorn spine_cds.wsgi --bind 127.0.0.1:$(PORT) --worker-class gthread --workers 1 --threads 8 --log-level warning

quick: install-dev ## lint, types and the fast tests, on SQLite alone
	@$(MAKE) --jobs=2 --output-sync=target --keep-going lint fast

fast: install-dev # half of quick
	@env -u DATABASE_URL -u REDIS_URL $(BIN)/python -m pytest -q $(SPREAD) -m "$(FAST)" $(ARGS)

test: lint ## lint, types, and the whole suite on real services (ARGS="-k name" for a part)
	@BIN="$(BIN)" sh scripts/test-js
	@$(BIN)/python -m tests.services -q $(SPREAD) $(ARGS)

lint: install-dev ## ruff, mypy, djlint, biome, and migrations that are missing
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/djlint --lint --quiet templates
	@$(BIN)/biome check --error-on-warnings --log-level=error .
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run

format: install-dev ## put the code in its form
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format .
	@$(BIN)/biome check --write .

shell: install ## Django's shell
	@$(BIN)/python manage.py shell

bench: install-dev ## measure (see benchmarks/)
	@$(BIN)/python -m benchmarks $(ARGS)

chaos: install-dev ## kill workers, broker and connections under 2,200 jobs, and count
	@$(BIN)/python -m benchmarks.chaos $(ARGS)

pictures: install-dev ## take the README's pictures anew (needs Chromium and pdftoppm)
	@$(BIN)/python -m tests.browser.pictures

lock: install-dev ## write the hashes of requirements*.in anew, from PyPI alone
	@BIN="$(BIN)" sh scripts/lock

clean: ## remove what was made here, the data in var/ excepted
	@rm -rf $(VENV) staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
