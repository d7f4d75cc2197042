# Needs python3 (3.11 to 3.13) with pip and venv; everything else goes into .venv. Another interpreter: make demo PYTHON=python3.12

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet -c constraints.txt
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
PYTEST_ARGS ?=
PYTEST := $(BIN)/python -m pytest -n auto --dist loadfile

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install dev demo test slow versions lint format bench clean

help:
	@echo "make demo    install, run the real history, and say where the adoption figure is"
	@echo "make test    install with the test tools and run the tests (PYTEST_ARGS='-x -k policy' for some)"
	@echo "make slow    the statistical and long tests, which CI runs too"
	@echo "make versions  the tests, but for long ones (oracles, pages, memos), on every other supported Python that is found (nox)"
	@echo "make lint    ruff, ruff format --check, mypy --strict"
	@echo "make format  let ruff put the code in order"
	@echo "make bench   speed and scale, see benchmarks/"
	@echo "make clean   remove caches and builds (outputs/ and $(VENV) stay)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 14) else "OpenGambit needs Python 3.11 to 3.13, not " + sys.version.split()[0] + "; name another one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing OpenGambit into $(VENV) (a minute or two, once)"
	@$(PIP) -e .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing OpenGambit and its test tools into $(VENV) (a minute or two, once)"
	@$(PIP) -e ".[dev]"
	@touch $@ $(RUN_STAMP)

install: $(RUN_STAMP)

dev: $(DEV_STAMP)

demo: $(RUN_STAMP)
	$(BIN)/opengambit run
	@echo
	@echo "Who adopted whose models, 2023 to today:"
	@ls outputs/latest/adoption.png

test: $(DEV_STAMP)
	$(PYTEST) $(PYTEST_ARGS)

slow: $(DEV_STAMP)
	$(PYTEST) -m slow $(PYTEST_ARGS)

versions: $(DEV_STAMP)
	$(BIN)/nox

lint: $(DEV_STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks

clean:
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	find sim experiments tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
