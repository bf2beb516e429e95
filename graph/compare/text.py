"""How alike two short German texts are by their letters.

Character 3-5-grams inside words, hashed into 2^14 columns and weighted by TF-IDF: near-literal titles meet, inflection
and compounds do little harm. The weights (`idf.json`) are fitted on titles of parliamentary items (Deutscher Bundestag,
public domain), never on labelled pairs. An embedding (multilingual-e5-small, 4 bit) was tried beside it: no gain in
ranking once themes are known (`docs/explanation/comparison.md`), so there is none; it would be another `Matrix` here.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

COLUMNS = 1 << 14
GRAMS = (3, 4, 5)


def letters(texts: Sequence[str]) -> Matrix:
    """One row a text: its hashed character n-grams, weighted and of length 1 (an empty text is all zero)."""
    rows = np.zeros((len(texts), COLUMNS), dtype=np.float32)
    for row, text in enumerate(texts):
        counts: dict[int, int] = {}
        for column in grams(text):
            counts[column] = counts.get(column, 0) + 1
        if counts:
            columns = np.fromiter(counts, dtype=np.int64, count=len(counts))
            rows[row, columns] = 1.0 + np.log(
                np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
            )
    rows *= rarity()
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, norms, out=rows, where=norms > 0), dtype=np.float32)


def grams(text: str) -> Iterable[int]:
    """The columns of a normalised text's n-grams; words are padded by blanks so that beginnings count."""
    for word in text.split():
        padded = f" {word} ".encode()
        for size in GRAMS:
            for start in range(max(1, len(padded) - size + 1)):
                yield crc32(padded[start : start + size]) % COLUMNS


@cache
def rarity() -> Matrix:
    """The inverse document frequency of every column, as shipped."""
    shipped = json.loads(files("graph.compare").joinpath("idf.json").read_text(encoding="utf-8"))
    return np.asarray(shipped["idf"], dtype=np.float32) / np.float32(shipped["scale"])


def fitted_rarity(texts: Sequence[str]) -> NDArray[np.float64]:
    """The inverse document frequencies that these (normalised) texts give: ln((1 + n) / (1 + df)) + 1."""
    df = np.zeros(COLUMNS)
    for text in texts:
        df[list(set(grams(text)))] += 1
    return np.asarray(np.log((1 + len(texts)) / (1 + df)) + 1)
