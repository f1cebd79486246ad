# Works on a fresh machine with make and Python 3.11 or newer; nothing is installed outside .venv.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
LOCKS  := requirements.txt requirements-build.txt requirements-dev.txt requirements-docs.txt
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --universal \
           --python-version 3.11
requirements.txt_FROM       := pyproject.toml --extra postgres --extra workers --extra serve
requirements-build.txt_FROM := --group build
requirements-dev.txt_FROM   := pyproject.toml --all-extras --group dev
requirements-docs.txt_FROM  := --group docs
SITE   := build/handbook
# The site's generator has an environment of its own, so that it never decides which versions the product is tested with.
DOCS   := $(VENV)/docs

.DEFAULT_GOAL := help
.PHONY: help setup demo docs test test-long test-fast lint bench bench-large bench-smoke recount format lock lock-check audit dockerfile clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## Create .venv from the hash-locked requirements

$(READY): requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Truenorth needs Python 3.11 or newer, and '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Python could not make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DOCS)/.ready: requirements-docs.txt
	@test -x $(DOCS)/bin/python || $(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.txt
	@touch $@

docs: $(READY) $(DOCS)/.ready ## Build the site of the documentation, strictly; it is left in build/handbook/site
	$(BIN)/python -m handbook $(SITE)
	cd $(SITE) && $(CURDIR)/$(DOCS)/bin/zensical build --strict --clean -f zensical.toml
	$(BIN)/python -m handbook.check $(SITE)/site

demo: $(READY) ## Run the main job against a sandbox of both trackers
	$(BIN)/truenorth demo

lint: $(READY) ## Check style, formatting and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --config-file= --strict deploy/review
	$(BIN)/mypy
	$(BIN)/mypy --config-file= --strict deploy/image

# Where a machine forbids bytecode, each process that a test starts would compile the product anew, and each worker every test.
test test-long test-fast: export PYTHONDONTWRITEBYTECODE :=

test: lint ## Check everything and run the tests
	$(BIN)/python -m pytest -n 3 --dist worksteal

test-long: $(READY) ## Run the tests too that take long, which CI leaves out; before a release
	$(BIN)/python -m pytest -n 3 --dist worksteal --long

test-fast: lint ## Check everything and run the tests that need no server, database or browser
	$(BIN)/python -m pytest -n 2 --dist worksteal --fast -q

bench: $(READY) ## Run all benchmarks but the largest; the table is left in build/benchmarks
	$(BIN)/python benchmarks/run.py

bench-large: $(READY) ## Run the largest benchmarks: a million items, the fleet, the drill of workers, the soak
	$(BIN)/python benchmarks/run.py --large

bench-smoke: $(READY) ## Run small benchmarks, or those in ONLY; fails where a count of requests is wrong
	$(BIN)/python benchmarks/run.py --smoke $(if $(ONLY),--only $(ONLY))

recount: $(READY) ## Count key results, orphans and flow of six sandbox worlds again, with nothing of the product
	$(BIN)/python benchmarks/recount.py --items 300 2500 --seeds 1 2 3 --deployment cloud data_center
	$(BIN)/python benchmarks/recount_flow.py --items 300 2500 --seeds 1 2 3 --deployment cloud data_center

format: $(READY) ## Format the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(READY) ## Lock the newest allowed dependencies
	$(foreach lock,$(LOCKS),$(COMPILE) --upgrade $($(lock)_FROM) -o $(lock) &&) true

lock-check: $(READY) ## Fail when pyproject.toml and the locks disagree
	@mkdir -p $(VENV)/locks && cp $(LOCKS) $(VENV)/locks/
	@$(foreach lock,$(LOCKS),$(COMPILE) $($(lock)_FROM) -o $(VENV)/locks/$(lock) && \
	  diff $(lock) $(VENV)/locks/$(lock) &&) true || { \
	  echo "The locks do not fit pyproject.toml: run make lock and commit them." >&2; exit 1; }

audit: $(READY) ## Ask for advisories on what is locked; says so when the service cannot be reached
	$(BIN)/python .ci/audit.py $(AUDIT) $(LOCKS)

dockerfile: $(READY) ## Lint the Dockerfile
	$(BIN)/hadolint Dockerfile

clean: ## Remove everything that make made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
