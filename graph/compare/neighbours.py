"""The nearest of very many rows without multiplying with all of them: an approximate index.

Hierarchical navigable small worlds (Malkov and Yashunin 2018) by usearch (Apache-2.0; wheels for Linux, macOS and
Windows). The product with every row is exact, simple and up to EXACT_UP_TO rows fast enough. How many of the ten
nearest the index finds beyond that is measured by `benchmarks/scale.py` (docs/explanation/scale.md). Rows enter it in
an order left to chance: one that follows their content hides some of them behind others, which cost up to a
hundredth of the recall. Without the package the exact product goes on being used.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Progress = Callable[[str, int, int], None]

EXACT_UP_TO = 150_000
"""Rows up to which the exact product is used: a question takes some 20 ms there, about as long as by the index."""
CONNECTIONS, BUILDING, SEARCHING = 32, 256, 3072
"""Links of a row, and how far one looks when building and when searching: a recall of 0.99 at 10 on 400,000 rows."""
FILE = "neighbours.usearch"
CHUNK = 20_000
SEED = 8118


class Neighbours:
    """The approximate index of rows; likeness is the cosine."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    @classmethod
    def build(
        cls, rows: Matrix, folder: Path | None = None, progress: Progress | None = None
    ) -> "Neighbours | None":
        """The index of the rows, kept in `folder`; None where the package is not installed."""
        if find_spec("usearch") is None:
            return None
        usearch: Any = import_module("usearch.index")
        inner = usearch.Index(
            ndim=rows.shape[1],
            metric="cos",
            dtype="f16",
            connectivity=CONNECTIONS,
            expansion_add=BUILDING,
            expansion_search=SEARCHING,
        )
        order = np.random.default_rng(SEED).permutation(len(rows))
        for start in range(0, len(rows), CHUNK):
            part = order[start : start + CHUNK]
            inner.add(part, np.ascontiguousarray(rows[part]))
            if progress:
                progress("Nachbarn", start + len(part), len(rows))
        if folder is not None:
            inner.save(str(folder / FILE))
        return cls(inner)

    @classmethod
    def load(cls, folder: Path) -> "Neighbours | None":
        """The index that lies in `folder`, mapped into memory; None where there is none or no package to read it."""
        if not (folder / FILE).exists() or find_spec("usearch") is None:
            return None
        usearch: Any = import_module("usearch.index")
        return cls(usearch.Index.restore(str(folder / FILE), view=True))

    def near(self, rows: Matrix, most: int) -> NDArray[np.int64]:
        """For every row the numbers of the `most` nearest, the nearest first."""
        self._inner.expansion_search = max(SEARCHING, 2 * most)
        found = self._inner.search(np.ascontiguousarray(rows), most)
        return np.asarray(found.keys, dtype=np.int64).reshape(len(rows), -1)
