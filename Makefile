# Everything a newcomer needs: `make run` and `make test`. Only Python 3.11+ with venv, and make, must be there.
PYTHON ?= python3
UV_VERSION = 0.13.9
BIN = .venv/bin
DATA = data
SHARED ?= ../shared
# One more than processors: a third of the time tests wait for other processes.
WORKERS ?= $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")

.PHONY: benchmark-scale run test browser node setup check format bundle bundle-fresh messages benchmark benchmark-quality weights vectors wheel clean

run: setup
	$(BIN)/zukunftsgraph overlaps --district 08118 --circle all --limit 15 --data-dir $(DATA)
	$(BIN)/zukunftsgraph serve --data-dir $(DATA)

# By name: ordered by their number of tests, the files that take longest would come last and wait for one process.
test: setup browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not alone"
	$(BIN)/python -m pytest -m alone

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

# What the browser runs, from api/browser into api/static; the result is committed, so only who changes it needs Node.
bundle: node
	cd api/browser && npm ci && npm run --silent build

bundle-fresh: node
	cd api/browser && npm ci && npm run --silent check

node:
	@command -v npm >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq nodejs npm >/dev/null; } \
	  || { echo "Zum Bündeln wird Node mit npm gebraucht (ab Version 18)."; exit 1; }

# Collects what people read into the catalogue; what is new there has no English yet and fails a test until it has.
messages: setup
	$(BIN)/pybabel --quiet extract -F babel.cfg --add-location=never --sort-output --project=zukunftsgraph -k Unknown:1 -o graph/locale/zukunftsgraph.pot api graph visualizations queries
	$(BIN)/pybabel --quiet update -D zukunftsgraph -i graph/locale/zukunftsgraph.pot -d graph/locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel --quiet compile -D zukunftsgraph -d graph/locale
	rm graph/locale/zukunftsgraph.pot

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
