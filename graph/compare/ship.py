"""The vectors that come with the package: those of the shipped datasets, so that a fresh install encodes nothing.

`python -m graph.compare.ship` renews `vectors_*.npz` for every encoder of this machine (`make vectors`). With
`--neutral FILE` (tab-separated, gzip, a column `title`: titles of parliamentary items, Deutscher Bundestag, public
domain) the centre of the space is estimated anew; otherwise it stays.
"""

import argparse
import csv
import gzip
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import numpy as np

from graph.compare.meaning import ENCODERS, Matrix, available, encoder, key, shipped, unit, wordings
from graph.compare.measures import measures
from graph.compare.profile import Measure, places_of, profile
from graph.home import Home
from graph.shipped import shipped_datasets

FOLDER = Path(__file__).parent
NEUTRAL = 3000
"""Neutral titles that the centre is estimated on, drawn with a fixed seed."""
LEADING = 1
"""Leading directions that are taken away beside the centre: 0 to 8 were tried; more costs what is meant."""
log = logging.getLogger(__name__)


@cache
def shipped_measures() -> tuple[Measure, ...]:
    """All that can be compared in the shipped datasets, from a graph built for the purpose."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "data")
        with home.writing("vectors") as writer:
            writer.load(shipped_datasets())
        return tuple(measures(home.internal.read()))


def texts_of(listed: Sequence[Measure]) -> list[str]:
    """Every text that is encoded when these measures are compared, once, sorted."""
    places = places_of(listed)
    return sorted({text for m in listed for text in wordings(profile(m, places)) if text.strip()})


def neutral_titles(path: Path, count: int = NEUTRAL) -> list[str]:
    """Titles of ordinary length, the same ones each time."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        titles = [row["title"] for row in csv.DictReader(file, delimiter="\t")]
    return sorted(Random(0).sample([title for title in titles if 15 < len(title) < 140], count), key=len)


def common_part(raw: Matrix, leading: int = LEADING) -> tuple[Matrix, Matrix]:
    """The mean of the vectors, and the directions in which they differ most (principal components)."""
    mean = raw.mean(axis=0)
    _, _, directions = np.linalg.svd(raw - mean, full_matrices=False)
    return mean.astype(np.float32), directions[:leading].astype(np.float32)


def renew(name: str, texts: Sequence[str], neutral: Path | None) -> Path:
    """Writes the file of one encoder anew; every text is encoded, nothing is taken from a cache."""
    path = FOLDER / f"vectors_{name}.npz"
    if neutral:
        mean, directions = common_part(encoder(name).encode(neutral_titles(neutral)))
    else:
        mean, directions = shipped(name).mean, shipped(name).directions
    rows = unit(encoder(name).encode(texts)).astype(np.float16)
    keys = np.array([np.frombuffer(key(text, name), dtype=np.uint8) for text in texts])
    unfinished = path.with_suffix(".neu.npz")
    np.savez_compressed(unfinished, keys=keys, rows=rows, mean=mean, directions=directions)
    return unfinished.replace(path)


def main(arguments: Sequence[str] | None = None) -> None:
    """Renews the files of all encoders that this machine has."""
    parser = argparse.ArgumentParser(description="Erneuert die mitgelieferten Satzvektoren.")
    parser.add_argument("--neutral", type=Path, help="Titel, an denen die Mitte geschätzt wird (TSV, gzip).")
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    texts = texts_of(shipped_measures())
    for name in filter(available, ENCODERS):
        log.info("%s: %d Texte", renew(name, texts, asked.neutral), len(texts))


if __name__ == "__main__":
    main()
