# Two commands: make run, make test. make help lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
export PORT

.DEFAULT_GOAL := help
.PHONY: help run test test-all check bench screenshots clips backup restore tick clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/run.stamp: requirements.txt constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is %d.%d. Name another with make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

run: $(VENV)/run.stamp ## Set up and serve on http://localhost:8501, this machine only
	HUB_DEMO=$${HUB_DEMO-1} $(BIN)/python app.py

test: $(VENV)/dev.stamp ## Set up and run everything that guards the product
	$(BIN)/python tests/run.py check unit store app browser

test-all: $(VENV)/dev.stamp ## The same with examples nobody has tried, and load and faults
	EXPLORE=1 $(BIN)/python tests/run.py check unit store app browser load fault

check: $(VENV)/dev.stamp ## Style, types and the arrows between rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/dev.stamp ## Measure pages, writes, calls, the mart and a large forum, each beside its peers
	$(BIN)/python bench/run.py
	$(BIN)/python bench/store.py
	$(BIN)/python bench/call.py
	$(BIN)/python bench/mart.py
	$(BIN)/python bench/forum.py

screenshots: $(VENV)/dev.stamp ## Take the pictures in docs/ anew
	$(BIN)/python docs/screenshots.py

clips: $(VENV)/run.stamp ## Make the clips of the demo call anew; needs espeak-ng and ffmpeg
	$(BIN)/python docs/clips.py

backup: $(VENV)/run.stamp ## Write all records to one new file in var/backup
	@$(BIN)/python -m hub.command backup

restore: $(VENV)/run.stamp ## Fill an empty database from such a file: make restore FILE=var/backup/…
	@$(BIN)/python -m hub.command restore "$(or $(FILE),$(error Say which file: make restore FILE=var/backup/…))"

tick: $(VENV)/run.stamp ## Do what is due in the timetable now; the running hub does so too
	@$(BIN)/python -m hub.command tick

clean: ## Remove what the commands have made
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
