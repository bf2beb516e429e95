"""Large lists compared as a whole: a list with itself, or a new one with all that is known, block by block.

Candidates, dimensions and classes as for small sets, but the pairs are found by blocks on an engine and classified by
blocks; each finished block is kept in a file named by what went into it. A run that was interrupted goes on where it
was, and a run on a list in which little has changed computes little.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from graph.compare.candidates import ALL_PAIRS, Kept, Run, candidates, close_pairs, comparable_pairs
from graph.compare.classify import RELATED, UNDECIDED, Weights, classify, load_weights
from graph.compare.dimensions import Column, Pairs, Table, dimensions, table
from graph.compare.engines import cores, local
from graph.compare.evaluate import profiles_of, read_measures
from graph.compare.index import Index, Progress, mark, of_list
from graph.compare.meaning import NONE
from graph.compare.overlaps import compare_lists, named_for, prediction

BLOCK = 20_000
"""Pairs classified at once."""


@dataclass(frozen=True)
class Verdicts:
    """Pairs (row of the first list, row of the second) with what the classifier says of them."""

    pairs: Pairs
    classes: NDArray[np.int64]
    score: Column
    duplicate: Column
    confidence: Column

    @property
    def decided(self) -> NDArray[np.bool_]:
        """As the classifier says it: false where the confidence is too low."""
        return self.confidence >= UNDECIDED

    def __len__(self) -> int:
        return len(self.pairs)

    def related(self) -> "Verdicts":
        """Those of a related class."""
        kept = self.classes < len(RELATED)
        return Verdicts(
            self.pairs[kept],
            self.classes[kept],
            self.score[kept],
            self.duplicate[kept],
            self.confidence[kept],
        )


def compare(
    a: Index,
    b: Index | None = None,
    work: Path | None = None,
    run: Run = local,
    progress: Progress | None = None,
) -> Iterator[Verdicts]:
    """The verdicts on all candidates of two indexes, or with None of one with itself, in blocks ordered by rows.

    `work` is where finished blocks are kept. The verdicts are the same whatever the engine and whatever was kept.
    """
    kept = Kept(work / "pairs", digest) if work else None
    found = close_pairs(
        a.features,
        None if b is None else b.features,
        run,
        kept,
        partial(progress, "Paare suchen") if progress else None,
    )
    rows_a, left = np.unique(found.i, return_inverse=True)
    rows_b, right = np.unique(found.j, return_inverse=True)
    if b is None:
        rows_a = rows_b = np.union1d(rows_a, rows_b)
        left, right = np.searchsorted(rows_a, found.i), np.searchsorted(rows_a, found.j)
    x = a.rows(rows_a)
    y = x if b is None else b.rows(rows_b)
    pairs = comparable_pairs(x.profiles, y.profiles, np.stack([left, right], axis=1))
    keys_a, keys_b = a.array("keys")[rows_a], (a if b is None else b).array("keys")[rows_b]
    weights = load_weights(x.meaning.name if x.meaning else NONE)
    about = digest(mark(), weights.encoder)  # the mark covers the weights

    def judged(block: Pairs) -> Verdicts:
        name = digest(about, keys_a[block[:, 0]], keys_b[block[:, 1]])
        file = work / "verdicts" / f"{name}.npz" if work else None
        columns = _kept(file) if file else None
        if columns is None:
            columns = _columns(x, y, block, weights)
            if file:
                _keep(file, columns)
        original = np.stack([rows_a[block[:, 0]], rows_b[block[:, 1]]], axis=1)
        return Verdicts(original, *columns)

    parts = [pairs[start : start + BLOCK] for start in range(0, len(pairs), BLOCK)]
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(cores()) as pool:
        for done, verdicts in enumerate(pool.map(judged, parts), 1):
            if progress:
                progress("Paare beurteilen", min(done * BLOCK, len(pairs)), len(pairs))
            yield verdicts


def compare_files(
    lists: Sequence[Path],
    kept: Path,
    run: Run = local,
    all_pairs: bool = False,
    progress: Progress | None = None,
) -> Iterator[dict[str, object]]:
    """Every pair of one list with itself, or of two lists, that is more than same field; with `all_pairs` every one
    that was looked at.

    Where there are too many pairs for all to be compared, the lists are indexed, and their close pairs are compared
    block by block on the engine `run`; indexes and finished blocks lie in `kept` and are used again.
    """
    sides = [named_for(name, read_measures(path)) for name, path in zip("ab", lists, strict=False)]
    small = len(sides[0]) * len(sides[-1]) <= ALL_PAIRS
    if small and len(lists) == 2:
        yield from compare_lists(lists[0], lists[1], all_pairs)
        return
    if small:
        own = table(profiles_of(sides[0]))
        found = iter([_judged(own, own, candidates(own.profiles, own.profiles))])
    else:
        known = [of_list(kept, side, progress) for side in sides]
        work = kept / "work" / digest(*(index.folder.name for index in known))
        found = compare(known[0], known[1] if len(known) > 1 else None, work, run, progress)
    ids = [[measure.iri[2:] for measure in side] for side in sides]
    yield from lines((part if all_pairs else part.related() for part in found), ids[0], ids[-1])


def _judged(x: Table, y: Table, pairs: Pairs) -> Verdicts:
    weights = load_weights(x.meaning.name if x.meaning else NONE)
    parts = [_columns(x, y, pairs[start : start + BLOCK], weights) for start in range(0, len(pairs), BLOCK)]
    if not parts:
        return Verdicts(pairs, np.zeros(0, np.int64), *(np.zeros(0) for _ in range(3)))
    return Verdicts(pairs, *(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def lines(verdicts: Iterator[Verdicts], a: Sequence[str], b: Sequence[str]) -> Iterator[dict[str, object]]:
    """The verdicts as lines for people and programs; `a` and `b` are the ids of the measures by row."""
    for part in verdicts:
        for index, (i, j) in enumerate(part.pairs):
            yield {"pair_id": f"{a[i]}|{b[j]}", **prediction(part, index)}


Columns = tuple[NDArray[np.int64], Column, Column, Column]


def _columns(x: Table, y: Table, block: Pairs, weights: Weights) -> Columns:
    found = classify(dimensions(x, y, block), weights)
    return found.classes, found.score, found.duplicate, found.confidence


def _kept(file: Path) -> Columns | None:
    try:
        with file.open("rb") as opened, np.load(opened) as data:
            return data["classes"], data["score"], data["duplicate"], data["confidence"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _keep(file: Path, columns: Columns) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}.npz")  # of two runs side by side each writes its own
    classes, score, duplicate, confidence = columns
    np.savez(unfinished, classes=classes, score=score, duplicate=duplicate, confidence=confidence)
    unfinished.replace(file)


def digest(*parts: object) -> str:
    """A hash of arrays and texts: what a block is called by."""
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        if isinstance(part, np.ndarray):
            made.update(f"{part.dtype}{part.shape}".encode())
            made.update(np.ascontiguousarray(part).data)
        else:
            made.update(f"\n{part}\n".encode())
    return made.hexdigest()
