# Set-up is in tools/: python.sh finds Python, install.sh fills .venv once, chromium.sh finds the browser.
SHELL := /bin/sh
.NOTPARALLEL:
.DEFAULT_GOAL := help

python := .venv/bin/python
BROWSER ?= yes
ARGS ?=

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /make \1 	/p' Makefile

.PHONY: demo
demo: ## the main sweep, small: its answer, figures and where they are
	@tools/install.sh demo
	@.venv/bin/detention-sim sweep scenarios/sweeps/guards-isr-control.yaml --replicates 40 --out results/demo --overwrite
	@echo "Results are in results/demo; open results/demo/report.html"

# Whole files go to a worker, so that what a file's tests share is made once.
.PHONY: test
test: ## all tests; BROWSER=no leaves out those that need Chromium; ARGS="-n 2 tests/setup" adds arguments
	@tools/install.sh test
ifeq ($(BROWSER),no)
	@$(python) -m pytest -n auto --dist loadfile -m "not browser" $(ARGS)
else
	@CHROMIUM=$$(tools/chromium.sh) && export CHROMIUM && $(python) -m pytest -n auto --dist loadfile $(ARGS)
endif

.PHONY: lint
lint: ## style, layout and types
	@tools/install.sh lint
	@$(python) -m ruff check
	@$(python) -m ruff format --check
	@$(python) -m mypy

.PHONY: stress
stress: ## the long forms of the tests of kills, broken files and spoiled results, over half an hour; docs/reliability.md has what they found
	@tools/install.sh test
	@$(python) -m pytest tests/endurance tests/scenario/test_structured_fuzz.py tests/experiment/test_spoiled_results.py --long -s $(ARGS)
	@$(python) -m pytest -m long --long $(ARGS)

.PHONY: bench
bench: ## the benchmarks: docs/benchmarks.md, its figure and raw numbers, about a quarter of an hour; ARGS="--only answer" for a part
	@tools/install.sh bench
	@$(python) -m benchmarks.suite $(ARGS)

.PHONY: effects
effects: ## what every parameter and lever does: docs/effects.md, some ten minutes; ARGS="--only 'walls.*' --out FILE" for a part
	@tools/install.sh test
	@PYTHONPATH=. $(python) -m benchmarks.effects $(ARGS)

.PHONY: pages
pages: ## remake the pages that are made from declarations: parameters, arrays, coverage of the rules
	@tools/install.sh test
	@PYTHONPATH=. $(python) tools/parameters_page.py
	@PYTHONPATH=. $(python) tools/arrays_page.py
	@PYTHONPATH=. $(python) tools/rule_coverage.py

.PHONY: results
results: ## remake results/reference/: the decision study with its report, the main sweep, every shipped scenario; some minutes
	@tools/install.sh demo
	@PYTHONPATH=. $(python) tools/reference_results.py $(ARGS)

# docs: added here, once there is something behind it.
# What one needs beyond test goes into an extra, into constraints.txt and into tools/install.sh.

.PHONY: calibrate
calibrate: ## fit uncertain numbers to the record: scenarios/draws/, docs/calibration.md, docs/validation.md; a quarter of an hour on two cores, and ten minutes of one for claims
	@tools/install.sh calibrate
	@PYTHONPATH=. $(python) -m benchmarks.calibrate $(ARGS)
	@PYTHONPATH=. $(python) -m benchmarks.fit_claims
	@PYTHONPATH=. $(python) -m benchmarks.validation

.PHONY: pins
pins: ## remake constraints.txt from the newest packages that pyproject.toml allows, and docs/licences.md
	@rm -rf build/pins && "$$(tools/python.sh)" -m venv build/pins
	@build/pins/bin/python -m pip install -q -q hatchling==1.26.3 ".[test,dev,view,plots,analysis,cluster,bench,calibrate]"
	@build/pins/bin/python -m pip freeze --exclude detention-sim > build/pins/frozen
	@{ sed -n '/^#/p' constraints.txt; cat build/pins/frozen; } > build/pins/new && mv build/pins/new constraints.txt
	@build/pins/bin/python tools/licences_page.py
