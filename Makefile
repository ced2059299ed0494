# Needs nothing but Python >= 3.11 with venv; everything is kept inside this checkout.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := PIP_CACHE_DIR=$(CURDIR)/.cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -q --require-hashes --no-deps

# Tests start many processes: modules are compiled once, not in each of them.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-exhaustive test-neo4j test-browser app lint format bench clean

demo: $(VENV)/runtime
	$(BIN)/graphkit demo

app: $(VENV)/runtime
	$(BIN)/graphkit app

test: $(VENV)/dev
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not browser"

test-exhaustive: $(VENV)/dev
	GRAPHKIT_EXHAUSTIVE=1 $(BIN)/python -m pytest -n 2 --dist worksteal -m exhaustive

test-neo4j: $(VENV)/dev
	GRAPHKIT_START_NEO4J=1 $(BIN)/python -m pytest -m neo4j

test-browser: $(VENV)/dev
	$(BIN)/python -m pytest -m browser

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev
	$(BIN)/python -m benchmarks

$(VENV)/runtime: requirements.lock requirements-build.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements-build.lock -r requirements.lock
	PIP_CACHE_DIR=$(CURDIR)/.cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install -q --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev: $(VENV)/runtime requirements-dev.lock
	$(PIP) -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) .cache graphkit-data .pytest_cache .mypy_cache .ruff_cache .hypothesis
