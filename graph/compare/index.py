"""What is known of many measures, kept on disk so that a question need not read all of them again.

For every measure its profile (a line of JSON, read only where it is asked for), its features and what it means (rows
of files that are mapped into memory). Everything is kept by content: when a list changes, only what has changed is
understood anew. An edition has its own index under its own fingerprint: the public one is built from public statements
and from older public indexes alone.

What lies in an index: `profiles.jsonl` and `offsets.npy`; `keys.npy`, a hash of each measure; `dense.npy`,
`titles.npy`, `texts.npy`, `fields.npy`; `starts.npy` and `columns.npy`, the pieces by measure; `posted_columns.npy` and
`posted_rows.npy`, the measures by piece; `lengths.npy`; `about.json`, written last.
"""

import fcntl
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from importlib.resources import files
from multiprocessing import get_context
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, overload

import numpy as np
from numpy.typing import NDArray

from graph.compare.candidates import FREQUENT, Features, Pieces, dense, pieces, rarity
from graph.compare.dimensions import Table, table
from graph.compare.meaning import NONE, Meaning, meaning_of, which
from graph.compare.measures import measures
from graph.compare.neighbours import EXACT_UP_TO, Neighbours
from graph.compare.profile import Measure, Profile, places_of, profile
from graph.compare.text import Matrix, Rows, spread
from graph.compare.words import normal
from graph.edition import Edition

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

ABOUT = "about.json"
CHUNK = 2048
MANY = 5_000
"""From so many new measures on, profiles are made by all cores: starting processes takes two seconds."""
LISTS = 6
"""Indexes of lists that are kept beside the newest."""
MEANING = ("titles", "texts", "fields")


class Profiles(Sequence[Profile]):
    """The profiles of an index, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._lines = np.memmap(folder / "profiles.jsonl", dtype=np.uint8, mode="r") if _size(folder) else b""
        self._ends = np.load(folder / "offsets.npy")

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, at: int) -> Profile: ...
    @overload
    def __getitem__(self, at: slice) -> list[Profile]: ...
    def __getitem__(self, at: int | slice) -> Profile | list[Profile]:
        if isinstance(at, slice):
            return [self[row] for row in range(*at.indices(len(self)))]
        found: Profile = decode(Profile, json.loads(self.line(at)))
        return found

    def line(self, row: int) -> bytes:
        """The profile as it is kept."""
        return bytes(self._lines[self._ends[row] : self._ends[row + 1]])


def _size(folder: Path) -> int:
    return (folder / "profiles.jsonl").stat().st_size


class Index:
    """Measures as they were understood once: profiles, features, meaning, each kept in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        self.mark: str = about["mark"]
        self.encoder: str = about["encoder"]
        self.places = frozenset[str](about["places"])
        # All files are opened at once: whoever holds an index can read it to the end, even if it is cleared away.
        self.profiles = Profiles(folder)
        self.dense: Matrix = self.array("dense")
        self.pieces = Pieces(self.array("starts"), self.array("columns"))
        self._posted = self.array("posted_columns"), self.array("posted_rows"), self.array("lengths")
        self._meaning = (
            None if self.encoder == NONE else Meaning(self.encoder, *(self.array(name) for name in MEANING))
        )
        self._neighbours = Neighbours.load(folder) if len(self) > EXACT_UP_TO else None

    def __len__(self) -> int:
        return len(self.profiles)

    def array(self, name: str) -> NDArray[Any]:
        """A file of the index, mapped into memory."""
        found: NDArray[Any] = np.load(self.folder / f"{name}.npy", mmap_mode="r")
        return found

    @cached_property
    def keys(self) -> Mapping[bytes, int]:
        """The row of each measure, by the hash of what it says."""
        return {bytes(row): index for index, row in enumerate(self.array("keys"))}

    @property
    def features(self) -> Features:
        """What candidates are found by."""
        return Features(self.dense, self.pieces)

    def rows(self, index: Rows) -> Table:
        """The table of these measures."""
        meaning = None if self._meaning is None else self._meaning.rows(index)
        return table([self.profiles[int(row)] for row in index], meaning)

    def understood(self, asked: Sequence[Measure]) -> Table:
        """The table of measures that are not in the index, read as those in it are."""
        found = [profile(measure, self.places | places_of(asked)) for measure in asked]
        return table(found, meaning_of(found, self.encoder))

    def near(self, asked: Features, most: int) -> Rows:
        """The `most` rows that something speaks for, to be compared with one measure (its features), in order."""
        if len(self) <= most:
            return np.arange(len(self))
        shared = np.zeros(len(self), dtype=np.float32)
        self._add_shared(asked.pieces, shared)
        if self._neighbours is not None:
            close = self._neighbours.near(asked.dense, 2 * most)[0]
            close = np.union1d(close, np.flatnonzero(shared))
            score = self.dense[close] @ asked.dense[0] + shared[close]
            return np.sort(close[np.argsort(-score, kind="stable")[:most]])
        score = self.dense @ asked.dense[0]
        score += shared
        # Of equals at the end the first rows are taken: the answer must not depend on how numpy partitions.
        last = -np.partition(-score, most - 1)[most - 1]
        above, equal = np.flatnonzero(score > last), np.flatnonzero(score == last)
        return np.sort(np.concatenate([above, equal[: most - len(above)]]))

    def _add_shared(self, asked: Pieces, shared: Matrix) -> None:
        """Adds the weight of the rare pieces that each measure shares with the asked one."""
        columns, rows, lengths = self._posted
        first, last = (
            np.searchsorted(columns, asked.columns),
            np.searchsorted(columns, asked.columns, "right"),
        )
        df = last - first
        says = np.log((len(self) + 1) / np.maximum(df, 1)).astype(np.float32)
        rare = (df > 0) & (df <= 10 * FREQUENT)  # for one question more can be afforded than in a join
        at = spread(first[rare], df[rare])
        own = float(np.linalg.norm(says))
        weights = np.repeat(says[rare] ** 2, df[rare]) / (own * np.maximum(lengths[rows[at]], 1e-6))
        shared += np.bincount(rows[at], weights, minlength=len(shared)).astype(np.float32)


# --- building -----------------------------------------------------------------------------------------------------


def build(
    folder: Path,
    known: Sequence[Measure],
    previous: Index | None = None,
    encoder: str | None = None,
    progress: Progress | None = None,
    encoded: int | None = None,
) -> Index:
    """The index of these measures, in their order, written to `folder`; what `previous` holds is not made again.

    At most `encoded` texts of each CHUNK are encoded now; what the others mean stays unknown in this index.
    """
    encoder = which() if encoder is None else encoder
    unfinished = folder.with_name(f"{folder.name}.neu")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    places = places_of(known)
    keys = [key(measure) for measure in known]
    have = _unchanged(known, keys, places, previous, encoder)
    new = [row for row, old in enumerate(have) if old < 0]
    made = iter(_profiles([known[row] for row in new], places, progress))
    offsets, columns, counts = [0], [], []
    arrays: dict[str, NDArray[Any]] = {}
    with (unfinished / "profiles.jsonl").open("wb") as lines:
        for start in range(0, max(len(known), 1), CHUNK):  # once for none: the files have to be there
            rows = np.arange(start, min(start + CHUNK, len(known)))
            old = np.array([have[row] for row in rows], dtype=np.int64)
            fresh = [next(made) for row in rows if have[row] < 0]
            part = _part(fresh, encoder, encoded)
            kept = np.flatnonzero(old >= 0)
            texts = {int(row): encode(p) for row, p in zip(np.flatnonzero(old < 0), fresh, strict=True)}
            own = pieces([p.text for p in fresh])
            of_fresh = iter(range(len(fresh)))
            for place in range(len(rows)):
                if place in texts:
                    text = texts[place]
                    at = next(of_fresh)
                    cells = own.columns[own.starts[at] : own.starts[at + 1]]
                else:
                    assert previous is not None
                    text = previous.profiles.line(int(old[place]))
                    starts, theirs = previous.pieces.starts, previous.pieces.columns
                    cells = theirs[starts[old[place]] : starts[old[place] + 1]]
                lines.write(text)
                offsets.append(offsets[-1] + len(text))
                columns.append(np.asarray(cells))
                counts.append(len(cells))
            for name, values in part.items():
                if name not in arrays:
                    arrays[name] = np.lib.format.open_memmap(
                        unfinished / f"{name}.npy",
                        mode="w+",
                        dtype=np.float32,
                        shape=(len(known), values.shape[1]),
                    )
                arrays[name][rows[old < 0]] = values
                if len(kept):
                    assert previous is not None
                    arrays[name][rows[kept]] = previous.array(name)[old[kept]]
            if progress:
                progress("Merkmale", start + len(rows), len(known))
    found = Pieces(
        np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]).astype(np.int64),
        np.concatenate(columns) if columns else np.zeros(0, np.int32),
    )
    _write_pieces(unfinished, found)
    np.save(unfinished / "offsets.npy", np.array(offsets, dtype=np.int64))
    np.save(unfinished / "keys.npy", np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, 16))
    for array in arrays.values():
        array.flush()  # type: ignore[attr-defined]
    if len(known) > EXACT_UP_TO:
        Neighbours.build(arrays["dense"], unfinished, progress)
    about = {"mark": mark(), "encoder": encoder, "places": sorted(places), "measures": len(known)}
    (unfinished / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return Index(folder)


def _part(fresh: Sequence[Profile], encoder: str, encoded: int | None) -> dict[str, Matrix]:
    """The rows of new profiles, by the name of their file."""
    meaning = meaning_of(fresh, encoder, most=encoded)
    part = {"dense": dense(table(fresh, meaning))}
    return part if meaning is None else part | {name: getattr(meaning, name) for name in MEANING}


def _write_pieces(folder: Path, found: Pieces) -> None:
    np.save(folder / "starts.npy", found.starts)
    np.save(folder / "columns.npy", found.columns)
    row = np.repeat(np.arange(len(found), dtype=np.int32), np.diff(found.starts))
    order = np.argsort(found.columns, kind="stable")
    np.save(folder / "posted_columns.npy", found.columns[order])
    np.save(folder / "posted_rows.npy", row[order])
    says = np.abs(rarity(found))[found.columns].astype(np.float64)
    np.save(folder / "lengths.npy", np.sqrt(np.bincount(row, says**2, len(found))).astype(np.float32))


def _unchanged(
    known: Sequence[Measure],
    keys: Sequence[bytes],
    places: frozenset[str],
    previous: Index | None,
    encoder: str,
) -> list[int]:
    """For each measure the row of `previous` that still holds for it, else -1."""
    if previous is None or previous.mark != mark() or previous.encoder != encoder:
        return [-1] * len(known)
    # A place that is new (or gone) is masked (or not) in every text that names it. "Bremer" comes from "Bremen".
    names = sorted({name.removesuffix("en") for name in places ^ previous.places})
    changed = re.compile("|".join(map(re.escape, names))) if names else None

    def row(measure: Measure, own: bytes) -> int:
        if changed and changed.search(normal(f"{measure.title} {measure.description} {measure.field}")):
            return -1
        return previous.keys.get(own, -1)

    return [row(measure, own) for measure, own in zip(known, keys, strict=True)]


def _profiles(new: Sequence[Measure], places: frozenset[str], progress: Progress | None) -> Iterable[Profile]:
    if len(new) < MANY:
        yield from (profile(measure, places) for measure in new)
        return
    # Spawned, not forked: an encoder may have threads already.
    with ProcessPoolExecutor(mp_context=get_context("spawn"), initializer=_masks, initargs=(places,)) as pool:
        for done, found in enumerate(pool.map(_profile, new, chunksize=256), 1):
            if progress and done % 256 == 0:
                progress("Profile", done, len(new))
            yield found


_places: list[frozenset[str]] = []


def _masks(places: frozenset[str]) -> None:
    _places[:] = [places]


def _profile(measure: Measure) -> Profile:
    return profile(measure, _places[0])


def key(measure: Measure) -> bytes:
    """A hash of everything that is said of a measure."""
    return hashlib.blake2b(repr(measure).encode(), digest_size=16).digest()


@cache
def mark() -> str:
    """A mark of the program and the tables that profiles and features rest on."""
    found = hashlib.sha256()
    for package in ("graph.compare", "ontology"):
        for resource in sorted(files(package).iterdir(), key=lambda resource: resource.name):
            if resource.is_file() and resource.name.endswith((".py", ".tsv", ".json", ".npz", "themes.ttl")):
                found.update(resource.read_bytes())
    return found.hexdigest()[:12]


# --- the index of an edition --------------------------------------------------------------------------------------


def ready(edition: Edition) -> Index | None:
    """The index of an edition as it is now, None where there is none yet."""
    folder = place(edition)
    return Index(folder) if (folder / ABOUT).exists() else None


def current(edition: Edition, progress: Progress | None = None) -> Index:
    """The index of an edition as it is now; where there is none it is built, with the help of the one before."""
    found = ready(edition)
    if found is not None:
        return found
    with alone(place(edition).parent):
        while (found := ready(edition)) is None:  # another process may have been quicker
            folder = place(edition)
            store = edition.read()
            if place(edition) != folder:
                continue  # kept under the name of another state it might show what has been withdrawn
            built = build(folder, measures(store), _before(folder), progress=progress)
            if place(edition) != folder:
                shutil.rmtree(built.folder, ignore_errors=True)
        for old in _others(found.folder):
            shutil.rmtree(old, ignore_errors=True)
        return found


def place(edition: Edition) -> Path:
    """Where the index of an edition as it is now lies, or will lie."""
    return edition.directory / "index" / edition.name / f"{edition.facts}-{mark()}-{which()}"


def _others(folder: Path) -> list[Path]:
    return sorted(path for path in folder.parent.iterdir() if path.is_dir() and path != folder)


def _before(folder: Path) -> Index | None:
    whole = _whole(folder)
    return Index(whole[-1]) if whole else None


def _whole(folder: Path) -> list[Path]:
    """The other finished indexes beside this one, the newest last."""
    found = [path for path in _others(folder) if (path / ABOUT).exists()]
    return sorted(found, key=lambda path: ((path / ABOUT).stat().st_mtime_ns, path.name))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Whoever computes into this folder; another process waits until it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def of_list(folder: Path, known: Sequence[Measure], progress: Progress | None = None) -> Index:
    """The index of a list that is in no graph, kept in `folder` under a hash of its content."""
    name = hashlib.blake2b(b"".join(map(key, known)), digest_size=16).hexdigest()
    place = folder / f"{name}-{mark()}-{which()}"
    if (place / ABOUT).exists():
        return Index(place)
    with alone(folder):
        if (place / ABOUT).exists():
            return Index(place)
        made = build(place, known, _before(place), None, progress)
        for old in _whole(place)[:-LISTS]:
            shutil.rmtree(old, ignore_errors=True)
        return made


# --- values as lines of JSON --------------------------------------------------------------------------------------


def encode(value: object) -> bytes:
    """A dataclass of plain values as one line of JSON."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {name: getattr(value, name) for name in _names(type(value))}  # type: ignore[arg-type]
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"not a plain value: {value!r}")


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def decode(kind: Any, value: Any) -> Any:
    """The value of that type that `encode` wrote."""
    return _reader(kind)(value)


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        readers = [(name, _reader(hints[name])) for name in _names(kind)]  # type: ignore[arg-type]
        return lambda value: kind(**{name: read(value[name]) for name, read in readers})  # type: ignore[operator]
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        [inner] = [_reader(part) for part in parts if part is not NoneType]
        return lambda value: None if value is None else inner(value)
    if origin in (tuple, frozenset):
        inner = _reader(parts[0])
        make: Any = origin
        return make if parts[0] in (str, int) else lambda value: make(map(inner, value))
    return lambda value: value
