"""How alike two short German texts are by their letters.

Character 3-5-grams inside words, hashed into 2^14 columns and weighted by TF-IDF: near-literal titles meet, inflection
and compounds do little harm. The weights (`idf.json`) are fitted on titles of parliamentary items (Deutscher Bundestag,
public domain), never on labelled pairs. What a text means is another question (`meaning.py`).

A text has some 200 of the 16,384 columns, so rows are kept sparse: 40,000 texts take 70 MB instead of 2.6 GB.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Rows = NDArray[np.int64]

COLUMNS = 1 << 14
GRAMS = (3, 4, 5)
WORDS = 1 << 16
"""Words whose columns stay at hand: of two words in a text one has been met before."""
DENSE = 512
"""Rows that are spread out at once to be multiplied: 32 MB."""


@dataclass(frozen=True)
class Letters:
    """Sparse rows: row i has the `weights` at its `columns`, both from `starts[i]` to `starts[i + 1]`."""

    starts: Rows
    columns: NDArray[np.int32]
    weights: Matrix

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows(self, index: Rows) -> "Letters":
        """These rows, in this order."""
        counts = np.diff(self.starts)[index]
        starts = np.concatenate([[0], counts.cumsum()])
        at = spread(self.starts[index], counts)
        return Letters(starts, self.columns[at], self.weights[at])

    def dense(self) -> Matrix:
        """The same as a full matrix: 64 KB a row."""
        full = np.zeros((len(self), COLUMNS), dtype=np.float32)
        full[np.repeat(np.arange(len(self)), np.diff(self.starts)), self.columns] = self.weights
        return full


def letters(texts: Sequence[str]) -> Matrix:
    """The sparse rows as a full matrix."""
    return sparse_letters(texts).dense()


def sparse_letters(texts: Sequence[str]) -> Letters:
    """One row a text: its hashed character n-grams, weighted and of length 1 (an empty text has no column)."""
    parts = [letters_of(texts[start : start + 4096]) for start in range(0, len(texts), 4096)]
    if not parts:
        return Letters(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32))
    ends = np.cumsum([part.starts[-1] for part in parts])
    starts = [parts[0].starts, *(part.starts[1:] + end for part, end in zip(parts[1:], ends, strict=False))]
    return Letters(
        np.concatenate(starts),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def letters_of(texts: Sequence[str]) -> Letters:
    """The same for some thousand texts at once."""
    found = [[columns_of(word) for word in text.split()] for text in texts]
    counts = [sum(map(len, words)) for words in found]
    columns = np.fromiter(chain.from_iterable(chain.from_iterable(found)), dtype=np.int64, count=sum(counts))
    keys, times = np.unique(np.repeat(np.arange(len(texts)), counts) * COLUMNS + columns, return_counts=True)
    at = keys % COLUMNS
    weights = ((1.0 + np.log(times.astype(np.float32))) * rarity()[at]).astype(np.float32)
    starts = np.searchsorted(keys, np.arange(len(texts) + 1) * COLUMNS)
    lengths = np.sqrt(sums(weights * weights, starts))
    weights /= np.repeat(lengths, np.diff(starts))
    return Letters(starts.astype(np.int64), at.astype(np.int32), weights)


@lru_cache(maxsize=WORDS)
def columns_of(word: str) -> tuple[int, ...]:
    """The columns of a word's n-grams."""
    return tuple(grams(word))


def grams(text: str) -> Iterable[int]:
    """The columns of a normalised text's n-grams; words are padded by blanks so that beginnings count."""
    for word in text.split():
        padded = f" {word} ".encode()
        for size in GRAMS:
            for start in range(max(1, len(padded) - size + 1)):
                yield crc32(padded[start : start + size]) % COLUMNS


def alike(x: Letters, y: Letters, left: Rows, right: Rows) -> NDArray[np.float64]:
    """The cosine of row `left` of x with row `right` of y, for every pair."""
    rows, at_row = np.unique(left, return_inverse=True)
    others = np.unique(right)
    if len(others) < len(rows):  # fewer rows are spread out
        return alike(y, x, right, left)
    found = np.zeros(len(left), dtype=np.float64)
    order = np.argsort(at_row, kind="stable")
    bounds = np.searchsorted(at_row[order], np.arange(0, len(rows) + DENSE, DENSE))
    for number, start in enumerate(range(0, len(rows), DENSE)):
        here = order[bounds[number] : bounds[number + 1]]
        full = x.rows(rows[start : start + DENSE]).dense().ravel()
        theirs = y.rows(right[here])
        mine = np.repeat((at_row[here] - start) * COLUMNS, np.diff(theirs.starts))
        found[here] = sums(full[mine + theirs.columns] * theirs.weights, theirs.starts)
    return found


def spread(starts: Rows, counts: Rows) -> Rows:
    """The places `starts[i]`, `starts[i] + 1`, … (`counts[i]` of them) of every i, one after the other."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(counts.sum())


def sums(values: Matrix, starts: Rows) -> Matrix:
    """The sum of every row of sparse `values`; an empty row gives 0."""
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(total[starts[1:]] - total[starts[:-1]])


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
