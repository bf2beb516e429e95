"""How the comparison grows: candidates, whole comparison, one idea, new lists, approximate neighbours, beside peers.

    python -m benchmarks.scale --titles dip21_titles.tsv.gz --folder KEPT [--count 40000] [--only NAME,…] [--table]

Each part runs in a process of its own (its peak memory is measured) and leaves its figures in `KEPT/results.json`;
`--table` prints what is there, and `growth.svg` draws it. Ratios are of one run on one machine; seconds hold nowhere
else. Needs the dependency groups `dev` and `benchmark`, the extras `large`, `dask` and `fit`; peers that are not
installed are left out and named. Sentence vectors come from the user's cache (`python -m benchmarks.titles --embed`).
"""

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdflib import Graph, Literal, URIRef
from threadpoolctl import threadpool_limits

from benchmarks.titles import SEED, measures, mixtures, shuffled
from graph.compare.candidates import (
    BEST,
    ROWS,
    Block,
    Features,
    Found,
    Params,
    Pieces,
    blocks,
    close_pairs,
    comparable_pairs,
    rarity,
    thresholds,
)
from graph.compare.classify import CLASSES, RELATED, classify, load_weights
from graph.compare.dimensions import dimensions
from graph.compare.engines import cores, engine, local
from graph.compare.index import Index, build
from graph.compare.meaning import encoder, which
from graph.compare.neighbours import Neighbours
from graph.compare.overlaps import check_in
from graph.compare.profile import Measure
from graph.compare.whole import compare

Row = dict[str, Any]
Matrix = NDArray[np.float32]
NEAREST = 24
SAMPLE = 100
"""Measures that are compared with every other, to see what the candidates lose."""
CLOSE = 0.005
"""Two scores that differ by less say the same."""
IDEAS = 200


def timed(work: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """The shortest time of some runs, in seconds, and the last result."""
    shortest, result = float("inf"), None
    for _ in range(times):
        began = time.perf_counter()
        result = work()
        shortest = min(shortest, time.perf_counter() - began)
    return shortest, result


class Bench:
    """The material of all parts."""

    def __init__(self, titles: Path, folder: Path, count: int, encoded: int | None) -> None:
        self.titles, self.folder, self.count, self.encoded = titles, folder, count, encoded
        folder.mkdir(parents=True, exist_ok=True)

    def index(self, count: int | None = None) -> Index:
        """The index of the first so many measures; built where it is not there."""
        count = count or self.count
        place = self.folder / (f"index-{count}" if self.encoded is None else f"as-is-{count}")
        if (place / "about.json").exists():
            return Index(place)
        pattern = f"{place.name.rpartition('-')[0]}-*"
        before = [Index(path) for path in self.folder.glob(pattern) if (path / "about.json").exists()]
        largest = max(before, key=len, default=None)
        return build(place, measures(self.titles, count), largest, progress=_told, encoded=self.encoded)

    def ideas(self) -> list[str]:
        """Titles that are in no index, as if somebody had thought of them."""
        rows = shuffled(self.titles, random.Random(SEED))[:109_000]
        return [row["title"] for row in rows[-IDEAS:]]


def _told(step: str, done: int, total: int) -> None:
    if done == total or done % 10_240 == 0:
        sys.stderr.write(f"  {step}: {done} von {total}\n")


# --- the parts ----------------------------------------------------------------------------------------------------


def candidates(bench: Bench) -> Iterator[Row]:
    """The dense step over all pairs beside bare products and peers, all on the same rows."""
    found = bench.index().features
    rows = np.ascontiguousarray(found.dense)
    parts = [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)]
    tasks = [(x, y) for x in range(len(parts)) for y in range(x, len(parts))]
    buffers: dict[int, Matrix] = {}

    def product(task: tuple[int, int]) -> None:
        x, y = parts[task[0]], parts[task[1]]
        mine = buffers.setdefault(_thread(), np.empty((ROWS, ROWS), dtype=np.float32))
        np.matmul(x, y.T, out=mine[: len(x), : len(y)])

    def triangle() -> None:
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(cores()) as pool:
            list(pool.map(product, tasks))

    limit, _ = timed(triangle, 2)
    shape = f"{len(rows)} × {rows.shape[1]}"
    yield {"what": "bare matrix products, every pair once", "on": shape, "seconds": limit, "ratio": 1.0}
    weights = rarity(found.pieces)
    params = Params(triangle=True)
    nothing = Pieces(np.zeros(len(rows) + 1, np.int64), np.zeros(0, np.int32))

    def run(features: Features) -> int:
        listed = blocks(features, weights, thresholds(rows))
        return sum(len(part) for _, part in local(listed, listed, tasks, params))

    seconds, count = timed(lambda: run(Features(rows, nothing)), 2)
    yield {
        "what": "thresholds and kernel, dense part, threads",
        "on": f"{count} pairs",
        "seconds": seconds,
        "ratio": seconds / limit,
    }
    seconds, count = timed(lambda: run(found))
    yield {
        "what": "thresholds and kernel with rare pieces, threads",
        "on": f"{count} pairs",
        "seconds": seconds,
        "ratio": seconds / limit,
    }
    here: Found
    seconds, here = timed(lambda: close_pairs(found, None, local))
    yield {
        "what": "candidates from end to end",
        "on": f"{len(here)} pairs",
        "seconds": seconds,
        "ratio": seconds / limit,
    }
    if find_spec("distributed"):
        seconds, there = timed(lambda: close_pairs(found, None, engine("dask")))
        same = bool(
            (here.i == there.i).all() and (here.j == there.j).all() and (here.score == there.score).all()
        )
        on = "same pairs" if same else "OTHER PAIRS"
        yield {
            "what": "the same on Dask, workers started",
            "on": on,
            "seconds": seconds,
            "ratio": seconds / limit,
        }

    def argpartition() -> None:
        for start in range(0, len(rows), ROWS):
            scores = rows[start : start + ROWS] @ rows.T
            np.argpartition(-scores, NEAREST, axis=1)[:, :NEAREST]

    seconds, _ = timed(argpartition)
    yield {
        "what": "numpy product and argpartition",
        "on": shape,
        "seconds": seconds,
        "ratio": seconds / limit,
    }
    if find_spec("sklearn"):
        nearest: Any = import_module("sklearn.neighbors").NearestNeighbors(
            n_neighbors=NEAREST, algorithm="brute", metric="cosine"
        )
        seconds, _ = timed(lambda: nearest.fit(rows).kneighbors(rows))
        yield {
            "what": "scikit-learn NearestNeighbors, brute",
            "on": shape,
            "seconds": seconds,
            "ratio": seconds / limit,
        }
    else:
        yield {"what": "scikit-learn", "on": "not installed"}
    if find_spec("faiss"):
        flat: Any = import_module("faiss").IndexFlatIP(rows.shape[1])
        flat.add(rows)
        seconds, _ = timed(lambda: flat.search(rows, NEAREST))
        yield {"what": "faiss IndexFlatIP", "on": shape, "seconds": seconds, "ratio": seconds / limit}
    else:
        yield {"what": "faiss", "on": "not installed"}


def _thread() -> int:
    return int(import_module("threading").get_ident())


def recall(bench: Bench) -> Iterator[Row]:
    """What the candidates lose: some measures compared with every other, and which of their partners are looked at.

    A partner counts as found if one as strong is looked at (scores within CLOSE): of many texts that say the same,
    it does not matter which. Of the duplicates of a measure at most as many can be found as are kept.
    """
    index = bench.index()
    asked = np.linspace(0, len(index) - 1, SAMPLE).astype(np.int64)
    close = close_pairs(index.features, None, local)
    one, weights = index.rows(asked), load_weights(index.encoder)
    strongest, five, doubled = [], [], []
    scores = np.full((SAMPLE, len(index)), -1.0)
    kinds = np.zeros((SAMPLE, len(index)), dtype=np.int64)
    for start in range(0, len(index), 512):  # some 50,000 pairs at once
        others = np.arange(start, min(start + 512, len(index)))
        pairs = comparable_pairs(
            one.profiles, (some := index.rows(others)).profiles, _every(SAMPLE, len(others))
        )
        verdicts = classify(dimensions(one, some, pairs), weights)
        scores[pairs[:, 0], others[pairs[:, 1]]] = verdicts.score
        kinds[pairs[:, 0], others[pairs[:, 1]]] = verdicts.classes
    for row, own in enumerate(asked.tolist()):
        looked_at = np.zeros(len(index), dtype=bool)
        looked_at[np.concatenate([close.j[close.i == own], close.i[close.j == own]])] = True
        related = (scores[row] >= 0) & (kinds[row] < len(RELATED))
        every = -np.sort(-scores[row][related])[:5]
        seen = -np.sort(-scores[row][related & looked_at])[:5]
        seen = np.pad(seen, (0, len(every) - len(seen)), constant_values=-1.0) >= every - CLOSE
        strongest += seen[:1].tolist()
        five += seen.tolist()
        same = (scores[row] >= 0) & (kinds[row] == CLASSES.index("duplicate"))
        most = min(int(same.sum()), BEST)
        kept = min(int((same & looked_at).sum()), most)
        doubled += [True] * kept + [False] * (most - kept)
    for what, hits in (("strongest partner", strongest), ("five strongest", five), ("duplicates", doubled)):
        yield {
            "what": f"found again by the candidates: {what}",
            "on": f"{SAMPLE} of {len(index)} measures compared with every other: {sum(hits)} of {len(hits)}",
            "share": sum(hits) / max(len(hits), 1),
        }


def _every(rows: int, columns: int) -> NDArray[np.int64]:
    return np.stack(np.indices((rows, columns)).reshape(2, -1), axis=1)


def whole(bench: Bench) -> Iterator[Row]:
    """Candidates, dimensions and classes of everything with itself; then once more with what was kept."""
    index, work = bench.index(), bench.folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    steps: dict[str, list[float]] = {}

    def told(step: str, done: int, total: int) -> None:
        steps.setdefault(step, []).append(time.perf_counter())

    began = time.perf_counter()
    count, related = 0, 0
    for part in compare(index, None, work, local, told):
        count += len(part)
        related += len(part.related())
    seconds = time.perf_counter() - began
    yield {
        "what": "whole comparison, vectors at hand",
        "on": f"{len(index)} measures, {count} pairs judged, {related} related",
        "seconds": seconds,
        "memory_mb": _peak(),
    }
    for step, times in steps.items():
        yield {"what": f"  {step}", "on": "of it", "seconds": times[-1] - times[0]}
    seconds, again = timed(lambda: sum(len(part) for part in compare(index, None, work)))
    yield {"what": "the same once more, all blocks kept", "on": f"{again} pairs", "seconds": seconds}


def new_list(bench: Bench) -> Iterator[Row]:
    """A new list of 100 measures against all: understood, indexed, compared."""
    known = bench.index()
    new = [
        Measure(f"neu:{number}", title, district="Landkreis Neu", ags="99999")
        for number, title in enumerate(bench.ideas()[:100])
    ]
    place = bench.folder / "new"
    shutil.rmtree(place, ignore_errors=True)
    os.environ["XDG_CACHE_HOME"] = str(place / "cache")  # as if nobody had ever read these texts
    seconds, made = timed(lambda: build(place, new))
    yield {"what": "100 new measures understood and indexed", "on": made.encoder, "seconds": seconds}
    more, found = timed(lambda: sum(len(part) for part in compare(made, known)))
    yield {"what": f"… compared with {len(known)}", "on": f"{found} pairs judged", "seconds": more}
    yield {
        "what": f"100 new against {len(known)}, together",
        "on": "",
        "seconds": seconds + more,
        "memory_mb": _peak(),
    }


def ideas(bench: Bench) -> Iterator[Row]:
    """One idea against everything, in a warm process."""
    index = bench.index()
    asked = bench.ideas()
    check_in(index, asked[0])
    times = [timed(lambda idea=idea: check_in(index, idea))[0] for idea in asked]  # type: ignore[misc]
    middle = statistics.median(times)
    yield {
        "what": f"check against {len(index)}, warm, median",
        "on": f"{len(asked)} ideas, 95 %: {sorted(times)[int(0.95 * len(times))] * 1000:.0f} ms",
        "seconds": middle,
        "memory_mb": _peak(),
    }


def cold(bench: Bench) -> Iterator[Row]:
    """The same as a program that starts anew: imports, index, encoder, answer."""
    index = bench.index()
    program = (
        "import api.cli, api.commands.check\nfrom pathlib import Path\nfrom graph.compare.index import Index\n"
        "from graph.compare.overlaps import check_in\n"
        f"print(len(check_in(Index(Path({str(index.folder)!r})), __import__('sys').argv[1])))"
    )
    times = []
    for idea in bench.ideas()[:7]:
        times.append(timed(lambda idea=idea: subprocess.run([sys.executable, "-c", program, idea], check=True,  # type: ignore[misc]
                                                            capture_output=True))[0])  # fmt: skip
    yield {
        "what": f"check against {len(index)}, cold, median",
        "on": "7 runs",
        "seconds": statistics.median(times),
    }


def peers(bench: Bench) -> Iterator[Row]:
    """What else one could take, each on a size that it can do, beside ours on the same measures."""
    for count, peer in ((1_000, _with_rdflib), (5_000, _with_splink)):
        index = bench.index(count)
        ours, judged = timed(lambda index=index: sum(len(part) for part in compare(index)))  # type: ignore[misc]
        on = f"{count} measures, {judged} pairs judged"
        yield {"what": "ours, vectors at hand", "on": on, "seconds": ours, "ratio": 1.0}
        for row in peer(measures(bench.titles, count)):
            yield row | ({"ratio": row["seconds"] / ours} if "seconds" in row else {})


def _with_rdflib(few: list[Measure]) -> Iterator[Row]:
    """Themes joined by rdflib's SPARQL, words compared by plain Python: the pipeline one would write first."""
    graph, zg = Graph(), "urn:x:"
    for m in few:
        thing = URIRef(f"{zg}{m.iri.rpartition(':')[2]}")
        graph.add((thing, URIRef(f"{zg}label"), Literal(m.title)))
        graph.add((thing, URIRef(f"{zg}of"), Literal(m.ags)))
        graph.add((thing, URIRef(f"{zg}field"), Literal(m.field)))
    query = f"""SELECT ?a ?b ?x ?y {{ ?a <{zg}field> ?f ; <{zg}label> ?x ; <{zg}of> ?here .
        ?b <{zg}field> ?f ; <{zg}label> ?y ; <{zg}of> ?there . FILTER(?f != "" && STR(?a) < STR(?b)) }}"""

    def pipeline() -> int:
        close = 0
        for row in graph.query(query):
            x, y = (set(str(row[name]).lower().split()) for name in ("x", "y"))  # type: ignore[index]
            close += len(x & y) / len(x | y) > 0.3
        return close

    seconds, count = timed(pipeline)
    yield {
        "what": "rdflib: field joined, words compared",
        "on": f"{len(few)} measures, {count} pairs",
        "seconds": seconds,
    }


def _with_splink(some: list[Measure]) -> Iterator[Row]:
    if not find_spec("splink"):
        yield {"what": "splink", "on": "not installed"}
        return
    splink: Any = import_module("splink")
    comparisons: Any = import_module("splink.comparison_library")
    pandas: Any = import_module("pandas")
    frame = pandas.DataFrame(
        [{"unique_id": m.iri, "title": m.title.lower(), "field": m.field, "ags": m.ags} for m in some]
    )
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            comparisons.JaroWinklerAtThresholds("title", [0.9, 0.8]),
            comparisons.ExactMatch("field"),
        ],
        blocking_rules_to_generate_predictions=[
            splink.block_on("substr(title, 1, 12)"),
            splink.block_on("field"),
        ],
    )

    def link() -> int:
        linker = splink.Linker(splink.DuckDBAPI().register(frame), settings)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e5)
        for rule in ("substr(title, 1, 12)", "field"):  # what a rule fixes is estimated under the other one
            linker.training.estimate_parameters_using_expectation_maximisation(splink.block_on(rule))
        return len(linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe())

    seconds, count = timed(link)
    yield {
        "what": "splink (names and fields, no meaning)",
        "on": f"{len(some)} measures, {count} pairs",
        "seconds": seconds,
    }


def growth(bench: Bench, sizes: tuple[int, ...] = (10_000, 40_000, 109_000, 400_000)) -> Iterator[Row]:
    """Exact and approximate search as the rows grow: the real vectors, beyond them mixtures of two of one area."""
    whole = bench.index(min(109_000, bench.count if bench.count > 40_000 else 40_000))
    areas = [p.measure.field for p in whole.profiles]
    for size in sizes:
        rows = mixtures(np.asarray(whole.dense), areas, size)
        rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        asked = rows[np.linspace(0, len(rows) - 1, 1000).astype(np.int64)]
        exact, nearest = timed(lambda rows=rows, asked=asked: _exact(rows, asked, 10))  # type: ignore[misc]
        kind = "real" if size <= len(whole) else f"{len(whole)} real, the others mixtures"
        row = {
            "what": f"growth {size}",
            "on": kind,
            "size": size,
            "exact_ms": exact,
            "exact_alone_ms": _one_by_one(lambda one, rows=rows: _exact(rows, one, 10), asked),  # type: ignore[misc]
            "product_s": _sampled(rows),
        }
        made, near = timed(lambda rows=rows: Neighbours.build(rows))  # type: ignore[misc]
        if near is not None:
            seconds, found = timed(lambda near=near, asked=asked: near.near(asked, 10))  # type: ignore[misc]
            row |= {
                "build_s": made,
                "near_ms": seconds,
                "near_alone_ms": _one_by_one(lambda one, near=near: near.near(one, 10), asked),  # type: ignore[misc]
                "recall": _recall(rows, asked, found, nearest),
            }
        yield row | {"seconds": row["product_s"], "memory_mb": _peak()}


def _exact(rows: Matrix, asked: Matrix, most: int) -> NDArray[np.int64]:
    """The `most` nearest of each asked row, in blocks, as one would with numpy."""
    found = []
    for start in range(0, len(asked), 100):
        scores = asked[start : start + 100] @ rows.T
        found.append(np.argpartition(-scores, most, axis=1)[:, :most])
    return np.concatenate(found)


def _one_by_one(ask: Callable[[Matrix], Any], asked: Matrix, times: int = 100) -> float:
    """Milliseconds of a question that comes alone: the median of some."""
    return statistics.median(timed(lambda at=at: ask(asked[at : at + 1]))[0] for at in range(times)) * 1000  # type: ignore[misc]


def _recall(rows: Matrix, asked: Matrix, found: NDArray[np.int64], nearest: NDArray[np.int64]) -> float:
    """The share of found rows that are as near as the furthest of the nearest; of equal titles it does not matter
    which one is found."""
    near, best = (np.einsum("ij,ikj->ik", asked, rows[numbers]) for numbers in (found, nearest))
    return float((near >= best.min(axis=1, keepdims=True) - 1e-6).mean())


def _sampled(rows: Matrix) -> float:
    """Seconds of the kernel over all pairs, from a sample of at most 60 blocks where there are more."""
    empty, weightless, near = np.zeros(0, np.int32), np.zeros(0, np.float32), thresholds(rows)
    made = [
        Block(start, rows[start : start + ROWS], empty, empty, weightless, near[start : start + ROWS])
        for start in range(0, len(rows), ROWS)
    ]
    tasks = [(x, y) for x in range(len(made)) for y in range(x, len(made))]
    chosen = random.Random(1).sample(tasks, min(len(tasks), 60))
    params = Params(triangle=True)
    seconds, _ = timed(lambda: sum(len(part) for _, part in local(made, made, chosen, params)))
    return seconds * len(tasks) / len(chosen)


def embedding(bench: Bench) -> Iterator[Row]:
    """Texts a second that the encoder makes: as they come, and sorted by length."""
    texts = bench.ideas() + [m.title for m in measures(bench.titles, 300)]
    made = encoder(which())
    made.encode(texts[:8])
    inner: Any = made
    seconds, _ = timed(
        lambda: [inner._batch(texts[start : start + 64]) for start in range(0, len(texts), 64)]
    )
    yield {
        "what": f"{made.name}: as they come, batches of 64",
        "on": f"{len(texts) / seconds:.0f} texts/s",
        "seconds": seconds,
    }
    seconds, _ = timed(lambda: [inner._batch([text]) for text in texts[:100]])
    yield {"what": f"{made.name}: one by one", "on": f"{100 / seconds:.0f} texts/s", "seconds": seconds}
    seconds, _ = timed(lambda: made.encode(texts))
    yield {
        "what": f"{made.name}: sorted by length",
        "on": f"{len(texts) / seconds:.0f} texts/s",
        "seconds": seconds,
    }


PARTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "embedding": embedding,
    "candidates": candidates,
    "recall": recall,
    "whole": whole,
    "new": new_list,
    "ideas": ideas,
    "cold": cold,
    "peers": peers,
    "growth": growth,
}


def _peak() -> int:
    """The most memory that this process has had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(most / (1024 * 1024 if sys.platform == "darwin" else 1024))


# --- what is shown ------------------------------------------------------------------------------------------------


def as_table(results: dict[str, list[Row]]) -> str:
    """The figures as Markdown."""
    lines = ["| part | what | on | seconds | ratio | peak memory |", "|---|---|---|---|---|---|"]
    for part, rows in results.items():
        for row in rows:
            seconds = f"{row['seconds']:.3g}" if "seconds" in row else ""
            ratio = f"{row['ratio']:.2f}" if "ratio" in row else ""
            memory = f"{row['memory_mb']} MB" if "memory_mb" in row else ""
            extra = ""
            if "recall" in row:
                extra = (
                    f"; a question of 1,000 exact {row['exact_ms']:.1f} ms, approximate {row['near_ms']:.2f} ms, "
                    f"one alone {row['exact_alone_ms']:.1f} and {row['near_alone_ms']:.2f} ms, "
                    f"recall at 10: {row['recall']:.4f}, built in {row['build_s']:.0f} s"
                )
            if "share" in row:
                extra = f" ({row['share']:.3f})"
            lines.append(f"| {part} | {row['what']} | {row['on']}{extra} | {seconds} | {ratio} | {memory} |")
    return "\n".join(lines)


def as_svg(rows: list[Row]) -> str:
    """Seconds over measures, both on logarithmic axes: all pairs exactly, 1,000 questions exactly and approximately."""
    wide, high, left, bottom = 640, 400, 70, 50
    curves = {
        "all pairs, exact (s)": ("product_s", "#1f5fa8"),
        "1,000 questions, exact (s)": ("exact_ms", "#b3541e"),
        "1,000 questions, approximate (s)": ("near_ms", "#2e7d4f"),
    }
    values = [row[key] for row in rows for key, _ in curves.values() if key in row]
    sizes = [row["size"] for row in rows]
    x0, x1 = np.log10(min(sizes)), np.log10(max(sizes))
    y0, y1 = np.floor(np.log10(min(values))), np.ceil(np.log10(max(values)))

    def at(size: float, value: float) -> tuple[float, float]:
        x = left + (np.log10(size) - x0) / max(x1 - x0, 1e-9) * (wide - left - 20)
        y = high - bottom - (np.log10(value) - y0) / max(y1 - y0, 1e-9) * (high - bottom - 60)
        return round(float(x), 1), round(float(y), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="12" '
        'role="img"><title>Cost over the number of measures, logarithmic axes</title>',
        f'<rect width="{wide}" height="{high}" fill="white"/>',
    ]
    for power in range(int(y0), int(y1) + 1):
        _, y = at(min(sizes), 10.0**power)
        parts.append(f'<line x1="{left}" x2="{wide - 20}" y1="{y}" y2="{y}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">{10.0**power:g} s</text>')
    for size in sizes:
        x, _ = at(size, min(values))
        parts.append(f'<text x="{x}" y="{high - bottom + 20}" text-anchor="middle">{size // 1000}k</text>')
    for number, (name, (key, colour)) in enumerate(curves.items()):
        points = [at(row["size"], row[key]) for row in rows if key in row]
        line = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>' for x, y in points]
        parts.append(f'<rect x="{left + 10}" y="{12 + 16 * number}" width="12" height="4" fill="{colour}"/>')
        parts.append(f'<text x="{left + 28}" y="{18 + 16 * number}">{name}</text>')
    return "\n".join([*parts, "</svg>"])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--titles", type=Path, default=os.environ.get("ZUKUNFTSGRAPH_TITLES"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument(
        "--as-is", action="store_true", help="encode nothing: what has no vector stays unknown"
    )
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    file = asked.folder / "results.json"
    if asked.part:
        sys.stdout.write(
            json.dumps(
                list(
                    PARTS[asked.part](
                        Bench(asked.titles, asked.folder, asked.count, 0 if asked.as_is else None)
                    )
                )
            )
        )
        return
    results = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if not asked.table:
        if not asked.titles:
            parser.error("--titles or ZUKUNFTSGRAPH_TITLES has to name the file")
        for part in asked.only.split(","):
            sys.stderr.write(f"{part} …\n")
            ran = subprocess.run(
                [sys.executable, "-m", "benchmarks.scale", *sys.argv[1:], "--part", part],
                stdout=subprocess.PIPE,
                check=True,
            )
            results[part] = json.loads(ran.stdout)
            file.write_text(json.dumps(results, indent=1), encoding="utf-8")
    if "growth" in results:
        (asked.folder / "growth.svg").write_text(as_svg(results["growth"]), encoding="utf-8")
    sys.stdout.write(as_table({name: results[name] for name in PARTS if name in results}) + "\n")


if __name__ == "__main__":
    main()
