# Everything a fresh machine needs is python3 (3.11 or newer), pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help setup demo test lint types unit test-long test-pages test-croissant bench bench-validate bench-build bench-rebuild bench-publish faults clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(INSTALLED) ## create .venv and install corpuskit with its development tools

$(INSTALLED): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "corpuskit needs Python 3.11 or newer; set PYTHON=..."; exit 1; }
	@# Some systems split venv from python3; virtualenv, installed beside, does the same.
	$(PYTHON) -m venv $(VENV) || { $(PYTHON) -m pip install --quiet --target build/virtualenv virtualenv && PYTHONPATH=build/virtualenv $(PYTHON) -m virtualenv --quiet $(VENV); }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

demo: $(INSTALLED) ## build the sample corpus, publish it to a hub on this machine, load it from there
	@$(BIN)/python examples/demo.py build/demo

test: lint types unit ## lint, types and tests

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(INSTALLED)
	$(BIN)/mypy

unit: $(INSTALLED)
	$(BIN)/pytest --quiet --numprocesses 2

test-long: $(INSTALLED) ## the tests that take minutes
	$(BIN)/pytest --quiet -m long

test-pages: $(INSTALLED) ## the hub's pages in chromium, with pictures in build/pages
	$(BIN)/pytest --quiet -m pages

test-croissant: $(INSTALLED) ## croissant.json read, checked and loaded by mlcroissant, in an environment of its own
	$(PYTHON) -m venv build/croissant
	build/croissant/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	build/croissant/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[croissant]" --group test
	build/croissant/bin/pytest --quiet -m croissant -W default

bench: $(INSTALLED) ## time the reading of text files and of tables beside what everybody writes
	$(BIN)/python benchmarks/text.py
	$(BIN)/python benchmarks/readers.py

bench-validate: $(INSTALLED) ## time `corpuskit validate` beside a plain loop and other libraries, on 1 GB
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python benchmarks/validate.py

bench-build: $(INSTALLED) ## time `corpuskit build` beside plain loops and other libraries, on 500 MB
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python benchmarks/build.py

bench-rebuild: $(INSTALLED) ## time builds of 4 GB where nothing or little changed
	$(BIN)/python benchmarks/rebuild.py

bench-publish: $(INSTALLED) ## count the bytes that a small change sends to a hub, beside upload_folder and push_to_hub
	$(BIN)/python benchmarks/publish.py

faults: $(INSTALLED) ## kill builds at ten points, repeat them, compare every byte
	$(BIN)/python benchmarks/faults.py

clean: ## remove the environment and everything built
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
