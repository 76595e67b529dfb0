# Everything there is to run. `make help` lists it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help install demo test browser studio dev bench faults screenshots check format clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' \
		|| { echo "Python 3.11 is needed; name it with PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[test]'
	@touch $(READY)

install: $(READY) ## make .venv with everything pinned in constraints.txt

demo: $(READY) ## build a look-alike audience from the Bank Marketing data
	$(BIN)/lookalike demo

# Compiled Python is kept, whatever the environment says: the tests start some hundred processes.
test: export PYTHONDONTWRITEBYTECODE =

# Long files first, so that none is left to one process at the end. Four at a time keep two
# cores busy, as each waits for servers and browsers of its own.
test: $(READY) browser ## all tests, style and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/sqlfmt --check --quiet dbt_project
	$(BIN)/mypy
	$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder

# Tests that look at a page need Debian's chromium; without it they are skipped.
browser:
	@command -v chromium >/dev/null || test "$$(id -u)" != 0 || ! command -v apt-get >/dev/null \
		|| { echo "Installing chromium for the tests of pages"; \
			apt-get update -qq && apt-get install -y -qq --no-install-recommends \
				chromium fonts-liberation >/dev/null; } \
		|| echo "chromium could not be installed"

studio: $(READY) ## the studio with Dagster, on http://127.0.0.1:8480
	$(BIN)/lookalike up

dev: $(READY) ## Dagster's screens with the whole graph, on http://127.0.0.1:3000
	$(BIN)/lookalike dev

bench: $(READY) ## quality and speed, measured beside others
	$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m bench

faults: $(READY) ## the long fault campaigns: kills, full disks, damage, payloads
	$(BIN)/python -m tests.faults

screenshots: $(READY) browser ## a picture of every page of the studio, in docs/screenshots
	$(BIN)/python -m tests.studio.screenshots

check: $(READY) ## is this machine fit to run the studio?
	$(BIN)/lookalike doctor

format: $(READY) ## lay out Python and SQL
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfmt dbt_project

clean: ## remove what was built here, the home folder aside
	rm -rf target logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
