# hepsym: `make demo` runs the main job, `make test` the tests; each sets up what it needs in .venv.
# Other Python, other place: make test PYTHON=python3.13 VENV=/tmp/venv

PYTHON ?= python3
VENV ?= .venv
DEMO ?= runs/demo

BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
KERNEL_TESTS := tests/test_math.py tests/test_random.py tests/lorentz tests/generators/amplitudes tests/generators/phasespace tests/generators/partons

.PHONY: demo test lint kernels coverage browser bench instructions torture docs extras clean help

help:
	@echo "make demo    one million e- e+ > mu- mu+ events, an autoencoder, its analysis, the report"
	@echo "make test    lint, types, layers, documentation, all tests, coverage"
	@echo "make lint    ruff, mypy, import-linter alone"
	@echo "make bench   speeds beside other programs'; reprints the README's table"
	@echo "make instructions  instructions an event, counted by valgrind, beside those that are kept"
	@echo "make torture kills, full disks, damaged and hostile files; reprints docs/reliability.md"
	@echo "make docs    these pages as HTML, with a reference from the docstrings"
	@echo "make extras  do all extras still resolve together"
	@echo "make clean   remove what make made"

demo: $(VENV)/.hepsym-demo
	$(BIN)/hepsym study ee2mumu -o $(DEMO) $(if $(wildcard $(DEMO)),--resume)

test: lint kernels docs coverage

lint: $(VENV)/.hepsym-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The same kernels as plain Python: what Numba compiles is what is written, and coverage sees its lines.
kernels: $(VENV)/.hepsym-test
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n 2 $(KERNEL_TESTS) --cov --cov-report=

coverage: $(VENV)/.hepsym-test browser
	$(BIN)/python -m pytest -n 2 --cov --cov-append --cov-report=term:skip-covered --cov-fail-under=90 $(PYTEST_ARGS)

# The report's test opens it in a real browser.
browser:
	@.ci/browser

bench: $(VENV)/.hepsym-bench
	$(BIN)/python benchmarks/run

# Counts that no load can blur; fails where one grew. Needs valgrind.
instructions: $(VENV)/.hepsym-test
	$(BIN)/python benchmarks/instructions.py

torture: $(VENV)/.hepsym-test
	$(BIN)/python -m tests.torture

docs: $(VENV)/.hepsym-docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going -q -b html docs docs/_build/html
	@echo docs/_build/html/index.html

extras: $(VENV)/.hepsym-test
	$(BIN)/python -m pip install -qq --disable-pip-version-check --dry-run --ignore-installed '.[all,scikit-hep]'

$(VENV)/bin/python:
	@.ci/venv $(PYTHON) $(VENV)

$(VENV)/.hepsym-demo: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP_INSTALL) -e '.[train,plot,io,jets]'
	@touch $@

$(VENV)/.hepsym-test: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP_INSTALL) -e '.[train,plot,io,jets,dask,symmetry,test,dev]'
	@touch $@

$(VENV)/.hepsym-bench: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP_INSTALL) -e '.[train,plot,io,jets,test,bench]'
	@touch $@

$(VENV)/.hepsym-docs: pyproject.toml constraints.txt | $(VENV)/bin/python
	$(PIP_INSTALL) -e '.[train,plot,io,symmetry,docs]'
	@touch $@

clean:
	rm -rf $(VENV) docs/_build runs .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
