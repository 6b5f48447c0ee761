# One door for each act. Needs Python 3.11 or newer, pip and make; nothing else.
PYTHON ?= python3
# How many processes share the tests.
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
MSGRAPH := .venv-msgraph
STRANGERS := .venv-strangers
.PHONY: help install demo dev test test-msgraph check format bench lock clean

help: ## Show what can be asked
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(VENV)/installed ## Install the application into .venv

$(VENV)/created:
	@PYTHON="$(PYTHON)" sh scripts/make-venv $(VENV)
	@touch $@

# The project itself is installed by reference, so only new requirements call for another installation.
$(VENV)/installed: requirements.txt pyproject.toml | $(VENV)/created
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

demo: install ## Run the application with the sandbox and demo data on http://localhost:3000
	@exec $(BIN)/ce-calendar demo

dev: install ## The same with hot reload, for those who change it
	@exec $(BIN)/ce-calendar demo --reload

test: $(VENV)/installed-dev $(STRANGERS)/installed ## Install what tests need and run all of them
	@sh scripts/ensure-test-programs
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --ignore tests/e2e
	@# Apart: Playwright keeps an event loop of its own in the process. Each worker has an installation of its own.
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile tests/e2e
	@# Apart: these meet the sandbox from an environment in which the product is not installed.
	$(STRANGERS)/bin/python -m pytest --confcutdir tests/strangers --product-python $(BIN)/python tests/strangers

# Apart: nothing here is needed by the product, and some of it wants other versions than the product has. The packages'
# sources hold calendars that show every way to write a recurrence; their test data, not their code, is what we are after.
$(STRANGERS)/installed: tests/strangers/requirements.txt tests/strangers/sources.txt
	@PYTHON="$(PYTHON)" sh scripts/make-venv $(STRANGERS)
	$(STRANGERS)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	$(STRANGERS)/bin/python -m pip --disable-pip-version-check --quiet download --no-deps --no-build-isolation \
		--no-binary :all: --require-hashes -r tests/strangers/sources.txt --dest $(STRANGERS)/sources
	@touch $@

# Apart, for Microsoft's SDK alone takes nearly half a gigabyte.
$(MSGRAPH)/installed: tests/msgraph/requirements.txt
	@PYTHON="$(PYTHON)" sh scripts/make-venv $(MSGRAPH)
	$(MSGRAPH)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $<
	@touch $@

test-msgraph: $(VENV)/installed $(MSGRAPH)/installed ## Hold the sandbox's Graph answers against Microsoft's SDK
	$(MSGRAPH)/bin/python tests/msgraph/check.py --python $(BIN)/python

check: $(VENV)/installed-dev ## Format, lint, types, import directions
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# BENCH takes further options: make bench BENCH="--runs 9 --no-browser", or BENCH=--sandbox-only
bench: $(VENV)/installed-dev $(STRANGERS)/installed ## Measure how fast it is, and print a table
	$(BIN)/python -m bench --gcal $(STRANGERS)/bin/python $(BENCH)

COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url \
	--no-emit-find-links --no-annotate --python-version 3.11
LOCK := $(COMPILE) --extra build pyproject.toml
lock: $(VENV)/installed-dev ## Compile the pinned requirements anew from pyproject.toml
	$(LOCK) --output-file requirements.txt
	$(LOCK) --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) tests/msgraph/requirements.in --output-file tests/msgraph/requirements.txt
	$(COMPILE) tests/strangers/requirements.in --output-file tests/strangers/requirements.txt
	$(COMPILE) --no-deps --constraint tests/strangers/requirements.txt tests/strangers/sources.in \
		--output-file tests/strangers/sources.txt

clean: ## Remove everything made here but the data in var/
	rm -rf $(VENV) $(MSGRAPH) $(STRANGERS) .web .states .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
