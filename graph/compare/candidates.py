"""Which pairs are looked at: all of them where that is cheap, else those that something speaks for.

In a small set every pair is compared. 40,000 measures have 800 million pairs, nearly all of them of nothing in common.
There a pair is looked at when its `Features` are close: one dense row a measure (what it means, its themes, subjects,
goals and activities side by side, so that one matrix product weighs them together) and the rare pieces of its words
(an inverted index without the frequent ones, whose join would cost the square of their frequency; findings 39).

The seam for other engines is `kernel`: two blocks of rows give their close pairs, depending on nothing else. Who runs
it (threads, Dask) is told in `engines.py`; every engine gives the same pairs.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import local
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from graph.compare.dimensions import Pairs, Table
from graph.compare.profile import NEED, Measure, Profile, collective, programmes
from graph.compare.text import Matrix, Rows, spread

ALL_PAIRS = 2_000_000
"""Up to so many pairs all are compared: some 40 seconds."""
SHARES = {
    "meaning": 0.35,
    "themes": 0.25,
    "subjects": 0.25,
    "goals": 0.05,
    "activities": 0.15,
    "beneficiaries": 0.1,
}
"""What each part of a dense row counts when two are multiplied. Chosen by how many of the most related pairs among
1,500 titles (all of whose pairs were classified) are found again; the shares are no fine tuning, BEST matters more."""
BEST = 48
"""A pair stays when one of the two has it among its so many best. Of 40,000 measures 0.97 find their strongest partner
again, and 0.90 of the five strongest (`benchmarks/scale.py`)."""
TYPICAL = 144
"""About so many others are close to a measure by the dense product: three times BEST, since it is estimated."""
SAMPLE = 2048
"""Rows by which it is estimated from where on others are close."""
CROWD = 8
"""So many times as many pairs as expected two blocks give at most, the closest: hundreds of equal texts must not fill
the memory."""
ROUNDING = 1e-6
"""A product may differ by that from one computed in a block of another shape."""
ROWS = 2048
"""Rows of a block: a product of two blocks takes 16 MB."""
PIECES = 1 << 20
PIECE = 5
"""Letters of a piece of a word; pieces are hashed into so many columns."""
FREQUENT = 200
"""A piece that more texts have says nothing and is left out of the join."""
ALIKE = 0.3
"""The part of their weight that two texts must share in rare pieces, to be looked at for that alone."""

Places = NDArray[np.int32]


def candidates(a: Sequence[Profile], b: Sequence[Profile], limit: int | None = None) -> Pairs:
    """All pairs (row of `a`, row of `b`) that may be compared, each unordered pair once, at most `limit` of them."""
    left = np.repeat(np.arange(len(a), dtype=np.int64), len(b))
    right = np.tile(np.arange(len(b), dtype=np.int64), len(a))
    return comparable_pairs(a, b, np.stack([left, right], axis=1))[:limit]


def comparable_pairs(a: Sequence[Profile], b: Sequence[Profile], pairs: Pairs) -> Pairs:
    """Those of the pairs that may be compared, in their order, each unordered pair of things once."""
    rules = _Rules([*(p.measure for p in a), *(p.measure for p in b)])
    left, right = pairs[:, 0], pairs[:, 1] + len(a)
    kept = np.flatnonzero(rules.allow(left, right))
    x, y = rules.iri[left[kept]], rules.iri[right[kept]]
    _, first = np.unique(np.minimum(x, y) * rules.things + np.maximum(x, y), return_index=True)
    return pairs[kept[np.sort(first)]]


def comparable(x: Measure, y: Measure) -> bool:
    """Whether a comparison can say anything, and anything new.

    Never a thing with itself or what it is a part of (through any number of steps), never two needs of one district,
    never two measures of one strategy, or of one larger thing of their district: they were drawn up together. Nor a
    need with a measure of its district that the same document speaks of, nor what a district names as a whole
    ("IBA-Projekte") with one of its projects.
    """
    return bool(_Rules([x, y]).allow(np.array([0]), np.array([1]))[0])


class _Rules:
    """The same for many pairs at once: names as numbers, so that whole columns are compared."""

    def __init__(self, measures: Sequence[Measure]) -> None:
        self.iri = _numbers(m.iri for m in measures)
        wholes = _wholes(measures)
        self.things = len(measures)
        self.strategy = _numbers(m.strategy for m in measures)
        self.planned = np.array([bool(m.strategy) for m in measures], dtype=bool)
        self.district = _numbers(m.district for m in measures)
        self.need = np.array([m.kind == NEED for m in measures], dtype=bool)
        homes = [m.ags or m.district for m in measures]
        self.home = np.where(np.array(homes, dtype=np.str_) == "", -1, _numbers(homes))
        self.wholes = _sets(wholes)
        self.documents = _sets([{source.iri or source.document for source in m.sources} for m in measures])
        number = {m.iri: int(at) for m, at in zip(measures, self.iri, strict=True)}
        # Both directions are forbidden, whichever of the two says it.
        kin = [
            (int(own), number[other])
            for m, above, own in zip(measures, wholes, self.iri, strict=True)
            for other in (*above, *m.same_as)
            if other in number
        ]
        kin += _members(measures, self.iri)
        self.kin = np.unique([x * self.things + y for pair in kin for x, y in (pair, pair[::-1])])

    def allow(self, x: Rows, y: Rows) -> NDArray[np.bool_]:
        iris = self.iri[x] * self.things + self.iri[y]
        same_thing = (self.iri[x] == self.iri[y]) | np.isin(iris, self.kin)
        same_needs = self.need[x] & self.need[y] & (self.district[x] == self.district[y])
        same_strategy = self.planned[x] & (self.strategy[x] == self.strategy[y])
        allowed = ~(same_thing | same_needs | same_strategy)
        at_home = np.flatnonzero(allowed & (self.home[x] == self.home[y]) & (self.home[x] >= 0))
        x, y = x[at_home], y[at_home]
        same_paper = (self.need[x] != self.need[y]) & _meet(self.documents, x, y)
        allowed[at_home] = ~(same_paper | _meet(self.wholes, x, y))
        return np.asarray(allowed)


def _wholes(measures: Sequence[Measure]) -> list[set[str]]:
    """Everything that each is a part of, through any number of steps."""
    above = {m.iri: m.part_of for m in measures}
    found = []
    for measure in measures:
        reached: set[str] = set()
        going = list(measure.part_of)
        while going:
            whole = going.pop()
            if whole not in reached:
                reached.add(whole)
                going += above.get(whole, ())
        found.append(reached - {measure.iri})
    return found


def _members(measures: Sequence[Measure], iri: Rows) -> list[tuple[int, int]]:
    """What a district names as a whole ("IBA-Projekte"), with each of its measures under the same programme."""
    whole = [(at, name) for at, m in enumerate(measures) if (name := collective(m))]
    if not whole:
        return []
    named = [programmes(f"{m.title} {m.description}") for m in measures]
    return [
        (int(iri[at]), int(iri[other]))
        for at, name in whole
        for other, m in enumerate(measures)
        if other != at and m.ags and m.ags == measures[at].ags and name in named[other]
    ]


def _sets(names: Sequence[Collection[str]]) -> Rows:
    """A set of names a row as numbers, side by side; -1 where a row has fewer than others."""
    known: dict[str, int] = {}
    width = max(map(len, names), default=0)
    found = np.full((len(names), width), -1, dtype=np.int64)
    for row, own in enumerate(names):
        found[row, : len(own)] = [known.setdefault(name, len(known)) for name in own]
    return found


def _meet(sets: Rows, x: Rows, y: Rows) -> NDArray[np.bool_]:
    """Whether the sets of two rows have a name in common."""
    found = np.zeros(len(x), dtype=bool)
    for column in range(sets.shape[1]):
        own = sets[x, column]
        found |= (own >= 0) & (sets[y] == own[:, None]).any(axis=1)
    return found


def _numbers(names: Iterable[str]) -> Rows:
    known: dict[str, int] = {}
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


# --- features -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pieces:
    """The pieces of the words of each text: row i has `columns[starts[i]:starts[i + 1]]`, each once."""

    starts: Rows
    columns: Places

    def __len__(self) -> int:
        return len(self.starts) - 1

    def rows(self, index: Rows) -> "Pieces":
        """These rows, in this order."""
        counts = np.diff(self.starts)[index]
        starts = np.concatenate([[0], counts.cumsum()])
        return Pieces(starts, self.columns[spread(self.starts[index], counts)])


@dataclass(frozen=True)
class Features:
    """What candidates are found by: a dense row and the pieces of words for every measure."""

    dense: Matrix
    pieces: Pieces

    def __len__(self) -> int:
        return len(self.pieces)


def features(table: Table) -> Features:
    """The features of the profiles of a table."""
    return Features(dense(table), pieces([p.text for p in table.profiles]))


def dense(table: Table) -> Matrix:
    """Rows whose product is the weighted sum of the likenesses in meaning, themes, subjects, goals, activities and
    beneficiaries; what is unknown of a measure is like nothing."""
    parts = [
        np.sqrt(np.float32(share)) * _unit(getattr(table, name))
        for name, share in SHARES.items()
        if name != "meaning"
    ]
    meaning = getattr(table, "meaning", None)
    if meaning is not None:
        parts.insert(0, np.sqrt(np.float32(SHARES["meaning"])) * _unit(meaning.titles + meaning.texts))
    return np.concatenate(parts, axis=1)


def _unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0), dtype=np.float32)


def pieces(texts: Sequence[str]) -> Pieces:
    """The hashed pieces of every (normalised) text: its words' beginnings, middles and ends, five letters each."""
    rows = [
        sorted({piece for word in text.split() if len(word) > 3 for piece in _of_word(word)})
        for text in texts
    ]
    counts = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    columns = np.fromiter((c for row in rows for c in row), dtype=np.int32, count=int(counts.sum()))
    return Pieces(np.concatenate([[0], counts.cumsum()]), columns)


def _of_word(word: str) -> Iterable[int]:
    padded = f" {word} ".encode()
    return (crc32(padded[at : at + PIECE]) % PIECES for at in range(len(padded) - PIECE + 1))


# --- the kernel ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """Some rows in a row, from `start`: their dense part, and their rare pieces sorted by column."""

    start: int
    dense: Matrix
    columns: Places
    rows: Places
    """The row of each column, counted from `start`."""
    weights: Matrix
    near: Matrix
    """The dense product from which on another row is close to each."""

    def __len__(self) -> int:
        return len(self.dense)


@dataclass(frozen=True)
class Params:
    """What holds for all blocks of a comparison."""

    alike: float = ALIKE
    """From where on a pair is close for its rare pieces alone."""
    share: float = 1.0
    """The part of all pairs that are given as close by the dense product at most."""
    triangle: bool = False
    """Whether both blocks are of one list, so that each pair comes once, the smaller row first."""


@dataclass(frozen=True)
class Found:
    """Pairs of rows with how close they are, sorted by rows."""

    i: Rows
    j: Rows
    score: Matrix

    def __len__(self) -> int:
        return len(self.i)


_buffers = local()
"""One matrix a thread for the products of full blocks: a fresh one would cost a page fault each 4 KB."""


def kernel(a: Block, b: Block, params: Params) -> Found:
    """The close pairs of two blocks; a pure function of its arguments."""
    table = _product(a.dense, b.dense)
    product = table.ravel()
    near = np.flatnonzero((table >= a.near[:, None]) | (table >= b.near))
    if len(near) > (most := int(params.share * table.size)):
        near = near[np.argpartition(-product[near], most)[:most]]
    shared, weight = _joined(a, b)
    places = np.union1d(near, shared[weight >= params.alike])
    score = product[places].copy()
    if len(shared):
        at = np.minimum(np.searchsorted(shared, places), len(shared) - 1)
        score += np.where(shared[at] == places, weight[at], 0.0).astype(np.float32)
    i, j = places // len(b) + a.start, places % len(b) + b.start
    if params.triangle:
        upper = i < j
        i, j, score = i[upper], j[upper], score[upper]
    return Found(i, j, score)


def _product(x: Matrix, y: Matrix) -> Matrix:
    if len(x) != ROWS or len(y) != ROWS:
        return np.asarray(x @ y.T)
    if not hasattr(_buffers, "product"):
        _buffers.product = np.empty((ROWS, ROWS), dtype=np.float32)
    return np.asarray(np.matmul(x, y.T, out=_buffers.product))


def _joined(a: Block, b: Block) -> tuple[Rows, Matrix]:
    """The pairs (row of a × length of b + row of b) that share rare pieces, and the weight of these."""
    first, last = (
        np.searchsorted(b.columns, a.columns, "left"),
        np.searchsorted(b.columns, a.columns, "right"),
    )
    counts = last - first
    theirs = spread(first, counts)
    keys = np.repeat(a.rows.astype(np.int64), counts) * len(b) + b.rows[theirs]
    shared, at = np.unique(keys, return_inverse=True)
    weights = np.repeat(a.weights, counts) * b.weights[theirs]
    return shared, np.bincount(at, weights, minlength=len(shared)).astype(np.float32)


# --- all blocks of two lists --------------------------------------------------------------------------------------

Task = tuple[int, int]
Run = Callable[[Sequence[Block], Sequence[Block], Sequence[Task], Params], Iterable[tuple[Task, Found]]]
"""An engine: runs the kernel for every task (block of the first list, block of the second), in any order."""


def close_pairs(
    a: Features,
    b: Features | None,
    run: Run,
    kept: "Kept | None" = None,
    progress: Callable[[int, int], None] | None = None,
) -> Found:
    """The close pairs of two lists, or with None of a list with itself: for each measure its best.

    `kept` holds the finished blocks of an earlier run; `progress` is told how many blocks are done, and of how many.
    """
    other = a if b is None else b
    if not len(a) or not len(other):
        return Found(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    everybody = len(a) + (0 if b is None else len(b))
    params = Params(share=min(CROWD * TYPICAL / everybody, 1.0), triangle=b is None)
    weights = rarity(a.pieces, *([] if b is None else [b.pieces]))
    rows = blocks(a, weights, thresholds(a.dense, None if b is None else b.dense))
    columns = rows if b is None else blocks(b, weights, thresholds(b.dense, a.dense))
    tasks = [(x, y) for x in range(len(rows)) for y in range(x if b is None else 0, len(columns))]
    done: dict[Task, Found] = {}
    if kept is not None:
        kept.of(rows, columns, params)
        done = {task: part for task in tasks if (part := kept.get(task)) is not None}
    missing = [task for task in tasks if task not in done]
    if progress:
        progress(len(done), len(tasks))
    for task, found in run(rows, columns, missing, params):
        done[task] = found
        if kept is not None:
            kept.put(task, found)
        if progress:
            progress(len(done), len(tasks))
    parts = [done[task] for task in tasks]
    return best(
        Found(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("i", "j", "score"))),
        len(a),
        None if b is None else len(b),
    )


def blocks(features: Features, weights: Matrix, near: Matrix, size: int = ROWS) -> list[Block]:
    """The rows in blocks, in their order; `weights` are those of the pieces (`rarity`), `near` the `thresholds`."""
    lengths = np.sqrt(
        np.bincount(
            np.repeat(np.arange(len(features)), np.diff(features.pieces.starts)),
            np.abs(weights)[features.pieces.columns].astype(np.float64) ** 2,
            minlength=len(features),
        )
    )
    made = []
    for start in range(0, len(features), size):
        part = features.pieces.rows(np.arange(start, min(start + size, len(features))))
        row = np.repeat(np.arange(len(part), dtype=np.int32), np.diff(part.starts))
        rare = np.flatnonzero(weights[part.columns] > 0)
        order = rare[np.argsort(part.columns[rare], kind="stable")]
        weight = (weights[part.columns[order]] / lengths[start + row[order]]).astype(np.float32)
        dense = np.ascontiguousarray(features.dense[start : start + size])
        made.append(Block(start, dense, part.columns[order], row[order], weight, near[start : start + size]))
    return made


def rarity(*lists: Pieces) -> Matrix:
    """How much a shared piece says, by its column: ln(n / df). Negative where it is too frequent to join by, but
    counts for the length of a text; 0 where only one text has it."""
    df = sum(
        (np.bincount(part.columns, minlength=PIECES) for part in lists), np.zeros(PIECES, dtype=np.int64)
    )
    count = max(sum(map(len, lists)), 1)
    says = np.log(count / np.maximum(df, 1)).astype(np.float32)
    return np.where(df > FREQUENT, -says, says).astype(np.float32)


def thresholds(x: Matrix, y: Matrix | None = None, typical: int = TYPICAL) -> Matrix:
    """The dense product from which on others are among the about `typical` best of each row of `x`; never 0.

    The others are the rows of `x` itself, or those of `y`. Estimated on a fixed sample. Each row has its own: what
    is usual for one of hundreds of all but equal texts would leave others without any partner.
    """
    others = x if y is None else y
    if not len(x) or not len(others):
        return np.ones(len(x), dtype=np.float32)
    chosen = np.unique(np.linspace(0, len(others) - 1, min(SAMPLE, len(others))).astype(np.int64))
    most = round(_fair(typical, len(x), len(others)))
    if not most:
        return np.full(len(x), np.inf, dtype=np.float32)
    rank = min(max(round(most * len(chosen) / len(others)), 1), len(chosen))
    sample, found = others[chosen], np.empty(len(x), dtype=np.float32)
    for start in range(0, len(x), ROWS):
        product = x[start : start + ROWS] @ sample.T
        found[start : start + ROWS] = np.partition(product, len(chosen) - rank, axis=1)[:, -rank]
    return np.asarray(np.maximum(found - ROUNDING, ROUNDING), dtype=np.float32)


def _fair(most: float, own: int, others: int) -> float:
    """How many partners a row has at most in another list: in a smaller one than its own fewer, or none. A hundred new
    measures are each compared with their best, not with the forty thousand for which they are the best of a hundred."""
    return most * min(1.0, others / own)


def best(found: Found, rows: int, columns: int | None, most: int = BEST) -> Found:
    """The pairs that are among the `most` best of one of their two; `columns` None: both are rows of one list."""
    quota = np.full(rows + (columns or 0), most, dtype=np.int64)
    if columns:
        quota[:rows], quota[rows:] = round(_fair(most, rows, columns)), round(_fair(most, columns, rows))
    i, j = found.i, found.j if columns is None else found.j + rows
    node = np.concatenate([i, j])
    order = np.lexsort((np.concatenate([j, i]), -np.concatenate([found.score, found.score]), node))
    sorted_nodes = node[order]
    rank = np.arange(len(node)) - np.searchsorted(sorted_nodes, sorted_nodes, "left")
    kept = np.zeros(len(found), dtype=bool)
    kept[order[rank < quota[sorted_nodes]] % max(len(found), 1)] = True
    chosen = np.flatnonzero(kept)
    chosen = chosen[np.lexsort((found.j[chosen], found.i[chosen]))]
    return Found(found.i[chosen], found.j[chosen], found.score[chosen])


class Kept:
    """The finished blocks of a run, in files named by what went in: a run that was interrupted goes on there."""

    def __init__(self, folder: Path, mark: Callable[..., str]) -> None:
        self.folder, self._mark = folder, mark
        self._keys: tuple[list[str], list[str], str] = ([], [], "")
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, rows: Sequence[Block], columns: Sequence[Block], params: Params) -> None:
        """Takes note of what is to be computed."""
        own = [self._mark(*_parts(block)) for block in rows]
        others = own if columns is rows else [self._mark(*_parts(block)) for block in columns]
        self._keys = own, others, repr(params)

    def get(self, task: Task) -> Found | None:
        """The pairs of a block that is finished."""
        try:
            with self._file(task).open("rb") as file, np.load(file) as data:
                return Found(data["i"], data["j"], data["score"])
        except (
            OSError,
            ValueError,
            KeyError,
            EOFError,
            BadZipFile,
        ):
            return None  # not there, or not whole

    def put(self, task: Task, found: Found) -> None:
        """Keeps the pairs of a block."""
        file = self._file(task)
        unfinished = file.with_suffix(".neu.npz")
        np.savez(unfinished, i=found.i, j=found.j, score=found.score)
        unfinished.replace(file)

    def _file(self, task: Task) -> Path:
        own, others, params = self._keys
        return self.folder / f"{self._mark(own[task[0]], others[task[1]], params)}.npz"


def _parts(block: Block) -> tuple[object, ...]:
    return block.start, block.dense, block.columns, block.rows, block.weights, block.near
