# Two commands for people: `make run` and `make test`. Everything else serves them.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test check lint map bench calibration reference lock $(VENV)

help:  ## say what there is
	@grep -E '^[a-z.]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: $(BIN)/.installed  ## set up, load the review once, start web and worker, print the address
	@$(BIN)/python manage.py serve

# One thread a process: two of pytest's workers with a thread pool each only fight over two cores.
test: $(BIN)/.installed-dev  ## run the tests
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

check: lint test  ## what CI runs

lint: $(BIN)/.installed-dev  ## style, types, import rules, Django's checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py check
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m reviewdb.house map --check

map: $(BIN)/.installed-dev  ## write docs/map.md from the tree
	@$(BIN)/python -m reviewdb.house map

bench: $(BIN)/.installed-dev  ## performance ratios; ONLY=name for one
	@$(BIN)/python -m benchmarks.speed $(if $(ONLY),--only $(ONLY))

calibration: $(BIN)/.installed  ## error rates, coverage, bias; ONLY=part for one
	@$(BIN)/python -m benchmarks.calibration $(if $(ONLY),--only $(ONLY))

reference: $(BIN)/.installed  ## compute the reference runs that come along; ARGS for more
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py make_references $(ARGS)

.venv: $(BIN)/.installed  ## the environment alone

# torch comes first, and only where there is none: a GPU host keeps the build its driver needs, and
# no other package gets to choose one.
$(BIN)/.installed: requirements.txt constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "ReviewDB needs Python 3.11 or newer; say which with PYTHON=..."; exit 1; }
	@$(BIN)/python -c 'import torch' 2>/dev/null \
		|| { echo "Installing $(TORCH) ..."; $(BIN)/pip install --quiet $(TORCH); }
	@echo "Installing requirements ..."
	@$(BIN)/pip install --quiet -r requirements.txt -c constraints.txt
	@touch $@

$(BIN)/.installed-dev: $(BIN)/.installed requirements-dev.txt
	@echo "Installing what tests need ..."
	@$(BIN)/pip install --quiet -r requirements-dev.txt -c constraints.txt
	@touch $@

lock: $(BIN)/.installed-dev  ## pin what the direct dependencies pull in
	@$(BIN)/pip freeze --exclude torch --exclude pip --exclude setuptools > constraints.txt
