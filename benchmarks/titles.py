"""Measures of 400 counties made of real German titles: what the comparison is timed on.

    python -m benchmarks.titles --titles dip21_titles.tsv.gz --count 40000 --out ALL.jsonl
    python -m benchmarks.titles --titles dip21_titles.tsv.gz --count 109000 --embed

The titles are those of parliamentary items (Deutscher Bundestag, public domain): real wording at scale, not measures of
counties. District, actors, period and themes are given to them by a fixed seed. `--embed` makes the sentence vectors,
each once; they are kept in the user's cache, so an interrupted run goes on where it was.
ZUKUNFTSGRAPH_TITLES may name the file instead of `--titles`.
"""

import argparse
import csv
import gzip
import json
import os
import random
import sys
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from graph.compare.meaning import vectors, which
from graph.compare.profile import Measure, default_places, profile
from graph.compare.words import theme_lexicon

SEED = 8118
OFFICES = (
    "Wirtschaftsförderung",
    "Klimaschutzagentur",
    "Kreissparkasse",
    "Volkshochschule",
    "Kreishandwerkerschaft",
)
EVERYWHERE = (
    "Industrie- und Handelskammer",
    "Hochschule für Verwaltung",
    "Landesenergieagentur",
    "Agentur für Arbeit",
)
Matrix = NDArray[np.float32]


def measures(titles: Path, count: int, seed: int = SEED) -> list[Measure]:
    """`count` measures in an order that the seed gives; a smaller count takes the first of a larger one."""
    draw = random.Random(seed)
    rows = shuffled(titles, draw)
    counties = _counties()
    return [_measure(row, draw, counties) for row in rows[:count]]


def shuffled(titles: Path, draw: random.Random) -> list[dict[str, str]]:
    """The lines of the file in another order."""
    with gzip.open(titles, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    draw.shuffle(rows)
    return rows


def _measure(row: dict[str, str], draw: random.Random, counties: list[tuple[str, str]]) -> Measure:
    ags, district = draw.choice(counties)
    begin = draw.randint(2010, 2026)
    actors = [f"{draw.choice(OFFICES)} {district}"] + (
        [draw.choice(EVERYWHERE)] if draw.random() < 0.3 else []
    )
    themes = sorted(theme_lexicon().found(row["keywords"].replace("|", " ")))[:3]
    return Measure(
        iri=f"titel:{row['id']}",
        title=row["title"],
        district=district,
        ags=ags,
        authority=f"kreis:{ags}",
        actors=tuple(actors),
        field=area(row),
        period=f"{begin}–{begin + draw.randint(0, 5)}",
        themes=tuple(themes) if draw.random() < 0.5 else (),
    )


def area(row: dict[str, str]) -> str:
    """The first subject area of a title."""
    return row["subject_area"].partition("|")[0]


def _counties() -> list[tuple[str, str]]:
    lines = files("graph").joinpath("data/reference/counties.csv").read_text(encoding="utf-8").splitlines()
    return [
        (row["AGS"], f"{row['type']} {row['name'].partition(',')[0]}")
        for row in csv.DictReader(lines, delimiter=";")
    ][:400]


def mixtures(rows: Matrix, areas: list[str], count: int, seed: int = SEED) -> Matrix:
    """`count` rows: the given ones, then mixtures of two of one subject area (between 3:7 and 7:3), of length 1."""
    if count <= len(rows):
        return rows[:count]
    draw = np.random.default_rng(seed)
    names, at = np.unique(areas, return_inverse=True)
    members = [np.flatnonzero(at == number) for number in range(len(names))]
    first = draw.integers(0, len(rows), count - len(rows))
    place = draw.random(len(first))
    second = np.array(
        [members[at[x]][int(p * len(members[at[x]]))] for x, p in zip(first, place, strict=True)]
    )
    share = draw.uniform(0.3, 0.7, len(first)).astype(np.float32)[:, None]
    mixed = np.empty((count, rows.shape[1]), dtype=np.float32)
    mixed[: len(rows)] = rows
    mixed[len(rows) :] = share * rows[first] + (1 - share) * rows[second]
    mixed /= np.maximum(np.linalg.norm(mixed, axis=1, keepdims=True), 1e-9)
    return mixed


def wordings(known: list[Measure]) -> list[str]:
    """What is encoded of these measures: titles and fields, masked, each once."""
    places = default_places()
    found: set[str] = set()
    for measure in known:
        made = profile(measure, places)
        found |= {made.wording_title, made.wording, made.wording_field}
    return sorted(found)


def write(known: list[Measure], out: Path) -> None:
    """The measures in the form that `zukunftsgraph compare` reads."""
    with out.open("w", encoding="utf-8") as file:
        for m in known:
            row = {"id": m.iri, "title": m.title, "district": m.district, "ags": m.ags, "field": m.field}
            file.write(json.dumps(row | {"actors": m.actors, "period": m.period}, ensure_ascii=False) + "\n")


def embed(known: list[Measure]) -> None:
    """Makes the vectors of the measures and says how many a second."""
    began, last = time.perf_counter(), 0.0

    def tell(done: int, total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last > 30 or done == total:
            last = now
            sys.stderr.write(f"{done} von {total} Texten, {done / max(now - began, 1e-9):.0f} je Sekunde\n")

    texts = wordings(known)
    sys.stderr.write(f"{len(texts)} verschiedene Texte, Sprachmodell {which()}\n")
    began = time.perf_counter()
    vectors(texts, which(), tell)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--titles", type=Path, default=os.environ.get("ZUKUNFTSGRAPH_TITLES"))
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--embed", action="store_true")
    asked = parser.parse_args()
    if not asked.titles:
        parser.error("--titles or ZUKUNFTSGRAPH_TITLES has to name the file")
    known = measures(asked.titles, asked.count)
    if asked.out:
        write(known, asked.out)
    if asked.embed:
        embed(known)


if __name__ == "__main__":
    main()
