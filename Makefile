# The two commands of a newcomer are `make run` and `make test`. Everything needs Python 3.11 or newer, nothing else.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
PIP := $(BIN)/python -m pip --disable-pip-version-check
CODE := platform courses jobs_data trainer_service tests benchmarks manage.py

.PHONY: help run test test-fast test-nightly test-browser check laws format bench bench-engine bench-jobs drill docs lock clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: $(RUN_READY) ## Set up and serve the site with a worker (PORT=9000 make run serves elsewhere)
	@exec $(BIN)/trainyard up

test: $(DEV_READY) ## Set up and run the tests (browser journeys apart)
	$(BIN)/python -m pytest -q -m "not browser" $(PYTEST)

test-fast: $(DEV_READY) ## The tests without the slow ones
	$(BIN)/python -m pytest -q -m "not browser and not slow" $(PYTEST)

test-nightly: $(DEV_READY) ## 2,000 random configurations, none of which may crash the engine; all references of the courses
	RANDOM_SPECS=2000 $(BIN)/python -m pytest -q tests/trainer_service/engine -k "no_valid_spec" $(PYTEST)
	PROVE_COURSES=1 $(BIN)/python -m pytest -q tests/courses/test_proving.py $(PYTEST)

test-browser: $(DEV_READY) ## The journeys through a real Chromium (install it first: Debian's package chromium)
	$(BIN)/python -m pytest -q -m browser tests/browser $(PYTEST)

check: laws test ## Format, lint, types, import contracts, migrations, tests

laws: $(DEV_READY) ## All of `check` but the tests
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy platform/trainyard courses jobs_data trainer_service
	$(BIN)/lint-imports
	$(BIN)/trainyard makemigrations --check --dry-run

format: $(DEV_READY) ## Rewrite the code in its one style
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

bench: $(DEV_READY) ## Print the figures of docs/performance.md
	$(BIN)/python -m benchmarks.run_all

bench-engine: $(DEV_READY) ## Graded runs a minute of the engine against the usual training loops
	$(BIN)/python -m benchmarks.engine

bench-jobs: $(DEV_READY) ## Import and ask five million generated postings, beside DuckDB, pandas and SQLite (ROWS=1000000)
	$(BIN)/python -m benchmarks.jobs --rows $(or $(ROWS),5000000)

drill: $(DEV_READY) ## Break workers, brokers and databases; count every submission (needs redis, rabbitmq, initdb)
	$(BIN)/python -m benchmarks.drill

docs: $(DEV_READY) ## Write the generated parts of the documentation
	$(BIN)/python -m trainer_service.engine.reference > docs/configuration.md
	$(BIN)/python -m benchmarks.skills --docs
	$(BIN)/python -m courses.curriculum > docs/curriculum.md
	$(BIN)/python -m trainer_service.engine.portraits > courses/content/portraits.json

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Trainyard needs Python 3.11 or newer; none was found. Install it, or name it: make PYTHON=/path/to/python3 run"; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); the first time takes a few minutes."
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module failed; on Debian install the package python3-venv."; exit 1; }

$(RUN_READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the packages of requirements.lock …"
	@$(PIP) install --quiet --progress-bar off -r requirements.lock
	@$(PIP) install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(DEV_READY): requirements-dev.lock $(RUN_READY)
	@echo "Installing the packages of requirements-dev.lock …"
	@$(PIP) install --quiet --progress-bar off -r requirements-dev.lock
	@touch $@

lock: ## Write both lock files anew from pyproject.toml
	rm -rf build/lock && $(PYTHON) -m venv build/lock
	build/lock/bin/python -m pip install --quiet --upgrade pip
	build/lock/bin/python -m pip install --quiet "hatchling>=1.27,<2" "editables>=0.5,<1" torch==2.13.0 .
	$(call freeze) > requirements.lock
	build/lock/bin/python -m pip install --quiet ".[dev]"
	$(call freeze) | grep -vxFf requirements.lock > requirements-dev.lock || true
	rm -rf build/lock

# Exact versions, no local version tags, no file addresses, not ourselves.
freeze = build/lock/bin/python -m pip freeze --exclude trainyard | sed 's/+cpu//; s/ @ .*//'

clean: ## Remove the virtual environment and what was built (the data folder stays)
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
