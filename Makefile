# What a developer does here. Needs python3 (3.11 or newer), git and make; `make` alone lists the targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo test docs coverage faults fleet fuzz bench mutants lint types format release clean

PYTHON ?=
BIN := .venv/bin
STAMP := .venv/.set-up
MUTMUT := .mutmut/bin/mutmut
FUZZER := .fuzz/bin/python

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PYTHON=/path/to/python3 chooses the Python that .venv is made from."

setup: $(STAMP) ## Make .venv with the pinned dependencies and the program

# made again when what it is made from changes; a stamp inside goes with the environment
$(STAMP): constraints.txt pyproject.toml
	@python=$$(.ci/find-python $(PYTHON)) || exit 1; \
	if ! $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		echo "Making .venv with $$python"; \
		"$$python" -m venv --clear .venv; \
	fi
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r constraints.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## See the whole of it work, in a folder that is thrown away
	@$(BIN)/reconciler demo

test: $(STAMP) ## Run the tests
	@$(BIN)/python -m pytest -q -n 2

docs: $(STAMP) ## Write what in docs/ is made from the code
	@$(BIN)/python -m tests.docs

faults: $(STAMP) ## Kill and mislead the program some 300 times, and print what was lost
	@$(BIN)/python -m tests.faults

fleet: $(STAMP) ## Kill two of four workers on 60 accounts of 20 assistants, and count what came of it
	@RECONCILER_FLEET=full $(BIN)/python -m pytest -q tests/fleet/test_queue.py -k killed

coverage: $(STAMP) ## Run the tests, and require every branch of the core and 95 % of everything
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run -m pytest -q -n 2
	@$(BIN)/coverage combine -q
	@$(BIN)/python -m tests.coverage_of

# atheris has an environment of its own, as mutmut has; findings go to .fuzz/
FUZZ_SECONDS ?= 45
FUZZ_COUNT ?= 1000000
fuzz: $(FUZZER) ## Spoil whatever is read, for FUZZ_SECONDS (45) by chance and again as long guided by coverage
	@$(BIN)/python -m tests.fuzz --seconds $(FUZZ_SECONDS) --count $(FUZZ_COUNT)
	@for target in $$($(BIN)/python -m tests.fuzz --list); do \
		$(FUZZER) -m tests.fuzz.guided $$target -max_total_time=$$(( $(FUZZ_SECONDS) / 15 + 1 )) \
			-artifact_prefix=.fuzz/$$target- -verbosity=0 -print_final_stats=1 2>&1 | tail -n 12 >.fuzz/log \
			|| { cat .fuzz/log; exit 1; }; \
		awk -v target=$$target '/number_of_executed_units/ {print "guided: " target ", " $$2 " inputs"}' .fuzz/log; \
	done

$(FUZZER): constraints.txt
	@python=$$(.ci/find-python $(PYTHON)) || exit 1; \
	"$$python" -m venv --clear .fuzz
	.fuzz/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r constraints.txt
	.fuzz/bin/python -m pip install -q --disable-pip-version-check "atheris>=3.0,<4"
	@touch $@

# SIZES="10 100 1000 10000" PEER_MOST=10000 is the whole table: Terraform alone takes half an hour of it
SIZES ?= 10 100 1000
PEER_MOST ?= 1000
bench: $(STAMP) ## Measure beside what people know, and write bench/RESULTS.md
	@$(BIN)/python -m bench --sizes $(SIZES) --peer-most $(PEER_MOST) --out bench/RESULTS.md

# mutmut has an environment of its own: nobody else needs it; it leaves its files in mutants/
OF ?= planning
mutants: $(MUTMUT) ## Mutate the room OF (planning, live, state, apidocs ...), and list what no test notices
	@rm -rf mutants
	@.mutmut/bin/python -P tests/mutants.py $(OF)

$(MUTMUT): constraints.txt
	@python=$$(.ci/find-python $(PYTHON)) || exit 1; \
	"$$python" -m venv --clear .mutmut
	.mutmut/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r constraints.txt
	.mutmut/bin/python -m pip install -q --disable-pip-version-check "mutmut>=3.8,<4"
	@touch $@

lint: $(STAMP) ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP) ## Check types
	@$(BIN)/mypy

format: $(STAMP) ## Format, and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

release: $(STAMP) ## Build what a release carries, twice, and compare: sdist, wheel, bill of materials
	@.ci/release dist

clean: ## Remove what was built or cached, .venv included; never state
	rm -rf .venv .mutmut .fuzz mutants build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
