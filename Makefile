# Everything a newcomer needs: `make run` and `make test`. Only Python 3.11+ with venv, and make, must be there.
PYTHON ?= python3
UV_VERSION = 0.13.9
BIN = .venv/bin
DATA = data
SHARED ?= ../shared

.PHONY: benchmark-scale run test browser setup check format benchmark benchmark-quality weights vectors wheel clean

run: setup
	$(BIN)/zukunftsgraph overlaps --district 08118 --circle all --limit 15 --data-dir $(DATA)
	$(BIN)/zukunftsgraph serve --data-dir $(DATA)

test: setup browser
	$(BIN)/python -m pytest -n auto --dist loadfile

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv sync --quiet --frozen --all-extras
	touch $@

# The browser tests need a Chromium; where none can be had they are skipped, with CI=true that is a failure.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || { \
	  [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	} || echo "Kein Chromium gefunden und keines installierbar: die Browsertests werden übersprungen."

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zukunftsgraph reason --data-dir $(DATA)

format: setup
	$(BIN)/python -m ontology
	$(BIN)/python -m api.reference docs/reference
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Figures, not tests: the comparison on the labelled pairs, and what the HTTP layer costs beside its peers.
benchmark: setup
	$(MAKE) benchmark-quality
	$(BIN)/uv sync --quiet --frozen --all-extras --group benchmark
	$(BIN)/python -m benchmarks.layer

# How right the comparison is, for every encoder and without; the labelled pairs lie beside the project.
benchmark-quality: setup
	$(BIN)/zukunftsgraph evaluate --pairs $(SHARED)/benchmark/pairs.tsv --measures $(SHARED)/benchmark/measures.jsonl \
	  --diagram docs/explanation/reliability.svg

# The weights from the labelled pairs, and the vectors of the shipped datasets; after a change of words or datasets.
weights: setup
	$(BIN)/zukunftsgraph fit --pairs $(SHARED)/benchmark/pairs.tsv --measures $(SHARED)/benchmark/measures.jsonl \
	  --out graph/compare/weights.json

vectors: setup
	$(BIN)/python -m graph.compare.ship

# How the comparison grows to 40,000 and 400,000 measures; the sentence vectors alone take an hour, once.
benchmark-scale: setup
	$(BIN)/uv sync --quiet --frozen --all-extras --group benchmark
	$(BIN)/python -m benchmarks.titles --titles $(SHARED)/data/dip21_titles.tsv.gz --count 109000 --embed
	$(BIN)/python -m benchmarks.scale --titles $(SHARED)/data/dip21_titles.tsv.gz --folder $(DATA)/scale

wheel: setup
	$(BIN)/uv build --wheel --out-dir dist

clean:
	rm -rf .venv dist build *.egg-info $(DATA)
