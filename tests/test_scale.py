"""Large lists: the same answers as small ones give, found by blocks, kept on disk, on any engine."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from rdflib import Literal
from rdflib.namespace import RDF, SKOS
from starlette.testclient import TestClient
from tiny import dataset

from api.app import create_app
from api.cli import main
from api.findings import Findings, compared_with
from api.service import Service, Shown
from graph.circle import Circle
from graph.compare import candidates as candidates_module
from graph.compare import classify as classify_module
from graph.compare import dimensions as dimensions_module
from graph.compare import index as index_module
from graph.compare import overlaps as overlaps_module
from graph.compare import whole as whole_module
from graph.compare.candidates import (
    Block,
    Features,
    Found,
    Params,
    Task,
    best,
    blocks,
    candidates,
    close_pairs,
    comparable_pairs,
    features,
    kernel,
    pieces,
    rarity,
    thresholds,
)
from graph.compare.dimensions import table
from graph.compare.engines import engine, local
from graph.compare.index import Index, build, current, decode, encode, of_list, ready
from graph.compare.meaning import ABOUT, NONE, which
from graph.compare.neighbours import Neighbours
from graph.compare.overlaps import check, check_in, overlaps_in, vague
from graph.compare.profile import Measure, Profile, Source, profile
from graph.compare.text import COLUMNS, alike, grams, sparse_letters
from graph.compare.text import rarity as letter_rarity
from graph.compare.whole import compare, compare_files
from graph.errors import WrongSetting
from graph.home import Home
from ontology.namespaces import ID, ZG

EVERYONE = Circle("all", "00001", frozenset())
ACTIVITIES = (
    "Ausbau",
    "Förderung",
    "Beratung zu",
    "Netzwerk für",
    "Kampagne für",
    "Konzept für",
    "Bericht über",
)
OBJECTS = (
    "Wärmenetze", "Radwege", "Existenzgründung", "Breitband", "Fachkräfte", "Gewerbeflächen", "Tourismus",
    "Energieeffizienz in Betrieben", "Digitalisierung der Verwaltung", "Ladesäulen", "Streuobstwiesen", "Pflege",
)  # fmt: skip
WHERE = (
    "im ländlichen Raum",
    "in Schulen",
    "mit Betrieben",
    "für junge Menschen",
    "bis 2030",
    "am Bahnhof",
    "",
)


def invented(count: int, seed: int = 1) -> list[Measure]:
    """Measures of ten counties, their titles put together from few words."""
    draw = random.Random(seed)
    return [
        Measure(
            iri=f"m{number}",
            title=f"{draw.choice(ACTIVITIES)} {draw.choice(OBJECTS)} {draw.choice(WHERE)}".strip(),
            description=f"Vorhaben {number:04}x{draw.randrange(10**6)}",
            district=f"Landkreis {'ABCDEFGHIJ'[number % 10]}",
            ags=f"0000{number % 10}",
        )
        for number in range(count)
    ]


@pytest.fixture(autouse=True)
def without_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested here does not depend on an encoder, which would take its time."""
    for module in (index_module, dimensions_module, classify_module):
        monkeypatch.setattr(module, "which", lambda: NONE)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 64 rows, and no set so small that every pair is compared."""
    for module in (candidates_module, overlaps_module, whole_module):
        monkeypatch.setattr(module, "ALL_PAIRS", 0)
    whole = candidates_module.blocks
    monkeypatch.setattr(
        candidates_module, "blocks", lambda found, weights, near: whole(found, weights, near, 64)
    )


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """300 invented measures, indexed."""
    return build(tmp_path_factory.mktemp("index") / "known", invented(300), encoder=NONE)


# --- letters ------------------------------------------------------------------------------------------------------


def spelled_out(text: str) -> NDArray[np.float64]:
    """The row of a text as its definition says."""
    row = np.zeros(COLUMNS)
    for column in grams(text):
        row[column] += 1
    row = np.where(row > 0, (1 + np.log(np.maximum(row, 1))) * letter_rarity(), 0)
    length = np.linalg.norm(row)
    return np.asarray(row / length if length else row)


TEXTS = ["ausbau der radwege", "", "ausbau ausbau ausbau", "radweg", "x", "radwegebau und radwege am radweg"]


def test_sparse_letters_are_what_their_definition_says() -> None:
    assert sparse_letters(TEXTS).dense() == pytest.approx(np.array([spelled_out(t) for t in TEXTS]), abs=1e-6)


def test_pairs_of_sparse_letters_have_the_product_of_the_full_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.compare.text.DENSE", 2)
    rows, full = sparse_letters(TEXTS), np.array([spelled_out(t) for t in TEXTS])
    left, right = (side.ravel() for side in np.indices((6, 6)))
    assert alike(rows, rows, left, right) == pytest.approx((full @ full.T).ravel(), abs=1e-6)
    assert alike(rows, rows, left[:3], right[3:6]) == pytest.approx((full @ full.T)[0, 3:6], abs=1e-6)


# --- which pairs may be compared ----------------------------------------------------------------------------------


def wholes(measure: Measure, known: dict[str, Measure]) -> set[str]:
    """Everything it is a part of, through any number of steps."""
    found: set[str] = set()
    while more := {w for m in (measure, *map(known.get, found)) if m for w in m.part_of} - found:
        found |= more
    return found - {measure.iri}


def may(x: Measure, y: Measure, known: dict[str, Measure]) -> bool:
    """The rules once more, said one by one."""
    above, below = wholes(x, known), wholes(y, known)
    kin = y.iri in {x.iri, *x.same_as, *above} or x.iri in {*y.same_as, *below}
    needs = x.kind == y.kind == "need" and x.district == y.district
    siblings = x.district == y.district != "" and above & below
    return not (kin or needs or siblings or (x.strategy and x.strategy == y.strategy))


def test_the_rules_for_columns_are_the_rules_for_pairs() -> None:
    draw = random.Random(7)
    names = [f"m{number}" for number in range(12)]
    every = [
        profile(
            Measure(
                iri=name,
                title="Ausbau",
                district=draw.choice(("", "A", "B")),
                kind=draw.choice(("need", "measure")),
                strategy=draw.choice(("", "", "s1", "s2")),
                part_of=tuple(draw.sample(names, draw.choice((0, 0, 1)))),
                same_as=tuple(draw.sample(names, draw.choice((0, 0, 1)))),
            )
        )
        for name in names
    ]
    a, b = every[:5], every[2:]
    known = {p.measure.iri: p.measure for p in every}
    expected, seen = [], set()
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            name = frozenset((x.measure.iri, y.measure.iri))
            if name not in seen and may(x.measure, y.measure, known):
                seen.add(name)
                expected.append([i, j])
    assert candidates(a, b).tolist() == expected and expected
    assert candidates(a, b, limit=3).tolist() == expected[:3]
    assert comparable_pairs(a, b, np.array([[4, 9], [0, 1]])).tolist() == [
        pair for pair in ([4, 9], [0, 1]) if pair in expected
    ]


# --- the kernel ---------------------------------------------------------------------------------------------------


def block(
    start: int, *rows: Sequence[float], shared: Sequence[tuple[int, int, float]] = (), near: float = 0.5
) -> Block:
    columns, of_row, weights = (
        (list(part) for part in zip(*sorted(shared), strict=True)) if shared else ([], [], [])
    )
    return Block(
        start,
        np.array(rows, dtype=np.float32),
        np.array(columns, dtype=np.int32),
        np.array(of_row, dtype=np.int32),
        np.array(weights, dtype=np.float32),
        np.full(len(rows), near, dtype=np.float32),
    )


def test_the_kernel_gives_what_is_near_and_what_shares_rare_pieces() -> None:
    a = block(10, [1, 0], [0, 1], shared=[(5, 0, 0.6), (7, 0, 0.6), (5, 1, 0.1)], near=0.75)
    b = block(20, [0.8, 0], [0, 0.3], [-1, 0.9], shared=[(5, 1, 0.6), (7, 1, 0.6), (9, 2, 1.0)], near=9)
    found = kernel(a, b, Params(alike=0.7))
    assert list(zip(found.i, found.j, strict=True)) == [(10, 20), (10, 21), (11, 22)]
    assert found.score == pytest.approx([0.8, 0.72, 0.9])


def test_a_block_with_itself_gives_every_pair_once() -> None:
    same = block(4, [1, 0], [1, 0], [1, 0])
    found = kernel(same, same, Params(triangle=True))
    assert list(zip(found.i, found.j, strict=True)) == [(4, 5), (4, 6), (5, 6)]


def test_a_pair_is_close_that_is_close_to_one_of_its_two() -> None:
    here, there = block(0, [0.6, 0], near=0.7), block(1, [1, 0], [0, 1])
    found = kernel(here, there, Params())
    assert list(zip(found.i, found.j, strict=True)) == [(0, 1)]
    assert len(kernel(here, block(1, [1, 0], near=0.7), Params()).i) == 0


def test_of_too_many_the_closest_are_given() -> None:
    found = kernel(block(0, [1], [2], [3], [4]), block(4, [1], [0.9], near=9), Params(share=0.5))
    assert list(zip(found.i, found.j, strict=True)) == [(2, 4), (2, 5), (3, 4), (3, 5)]


def test_a_pair_stays_if_it_is_among_the_best_of_one_of_its_two() -> None:
    star = Found(
        np.array([0, 0, 0, 1]), np.array([1, 2, 3, 2]), np.array([0.9, 0.8, 0.7, 0.6], dtype=np.float32)
    )
    assert best(star, 4, None, most=1).j.tolist() == [1, 2, 3]  # 1-2 is the best of neither
    assert len(best(star, 4, None, most=2)) == 4


def test_of_a_few_new_ones_it_is_their_best_that_stay() -> None:
    few = np.array([0, 0, 0]), np.array([0, 1, 2]), np.array([0.9, 0.8, 0.7], dtype=np.float32)
    assert best(Found(*few), 1, 3, most=1).j.tolist() == [0]
    assert best(Found(*few), 3, 3, most=1).j.tolist() == [0, 1, 2]


def test_every_row_has_its_own_threshold(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = np.linspace(0, 1, 101, dtype=np.float32)[:, None]
    assert thresholds(steps, typical=11)[[100, 50, 0]] == pytest.approx([0.9, 0.45, 0], abs=1e-4)
    few = np.array([[1.0], [2.0], [0.0]], dtype=np.float32)
    assert thresholds(few, steps, typical=11) == pytest.approx([0.9, 1.8, 0], abs=1e-4)
    assert thresholds(steps, few, typical=11)[0] == np.inf, "the best are all of its own list"
    assert thresholds(few[:0], steps).tolist() == [] and thresholds(few, few[:0]).tolist() == [1, 1, 1]
    monkeypatch.setattr(candidates_module, "SAMPLE", 11)
    assert thresholds(steps, typical=10)[100] == pytest.approx(1, abs=1e-4), "estimated by every tenth row"


def test_frequent_pieces_do_not_join_but_count_for_the_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates_module, "FREQUENT", 2)
    found = pieces(["netzwerk eins", "netzwerk zwei", "netzwerk pflege", "pflege"])
    weights = rarity(found)
    common, rare = (set(pieces([word]).columns) for word in ("netzwerk", "pflege"))
    assert all(weights[list(common)] < 0) and all(weights[list(rare)] > 0)
    rows = np.zeros((4, 1), dtype=np.float32)
    [whole] = blocks(Features(rows, found), weights, thresholds(rows))
    shared = kernel(whole, whole, Params(alike=0.01, triangle=True))
    assert list(zip(shared.i, shared.j, strict=True)) == [(2, 3)] and shared.score[0] < 1


def test_blocks_of_any_size_give_the_same_pairs(known: Index, small_blocks: None) -> None:
    by_blocks = close_pairs(known.features, None, local)
    [whole] = blocks(known.features, rarity(known.pieces), thresholds(known.dense), 1000)
    once = best(kernel(whole, whole, Params(triangle=True)), len(known), None)
    assert 300 < len(once) < 300 * 299 / 2
    assert (by_blocks.i == once.i).all() and (by_blocks.j == once.j).all()
    assert by_blocks.score == pytest.approx(once.score, abs=1e-5)


# --- engines ------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cluster_of_two_workers_finds_the_same(known: Index, small_blocks: None) -> None:
    distributed = pytest.importorskip("distributed")
    here = close_pairs(known.features, None, local)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        there = close_pairs(known.features, None, engine(f"dask:{cluster.scheduler_address}"))
        both = close_pairs(known.features, known.features, engine(f"dask:{cluster.scheduler_address}"))
    assert (here.i == there.i).all() and (here.j == there.j).all() and (here.score == there.score).all()
    assert len(both) > len(here)


def test_an_engine_that_nobody_knows_is_named() -> None:
    with pytest.raises(WrongSetting, match="„spark“ ist keine bekannte Rechenmaschine"):
        engine("spark")


# --- the index ----------------------------------------------------------------------------------------------------


def test_a_profile_is_read_as_it_was_kept() -> None:
    source = Source("Vorlage 1", "2 Projekte", 100, None, "https://example.org")
    measure = Measure(
        "x", "Beratung für „Betriebe“", "Zu Förderung", period="2020–2024", actors=("IHK",), sources=(source,)
    )
    made = profile(measure)
    assert made.years == (2020, 2024) and decode(Profile, json.loads(encode(made))) == made
    bare = profile(Measure("y", "Ausbau"))
    assert decode(Profile, json.loads(encode(bare))) == bare


def test_an_index_holds_what_was_put_in(known: Index) -> None:
    measures = invented(300)
    assert [p.measure for p in known.profiles] == measures
    rows = np.array([7, 3])
    again = table([profile(measures[row], known.places) for row in rows], None)
    assert (known.rows(rows).themes == again.themes).all() and known.rows(rows).profiles == again.profiles
    assert known.dense[rows] == pytest.approx(features(again).dense)


def test_only_what_is_new_is_understood_anew(
    known: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(measure: Measure, places: frozenset[str]) -> Profile:
        made.append(measure.iri)
        return profile(measure, places)

    monkeypatch.setattr(index_module, "profile", counted)
    changed = [replace(m, title="Anders") if m.iri == "m5" else m for m in invented(300) if m.iri != "m9"]
    new = Measure("neu", "Ausbau der Radwege", district="Landkreis A")
    later = build(tmp_path / "later", [new, *changed], known, NONE)
    assert made == ["neu", "m5"]
    anew = build(tmp_path / "anew", [new, *changed], None, NONE)
    for name in ("dense", "starts", "columns", "posted_columns", "posted_rows", "lengths", "keys"):
        assert (later.array(name) == anew.array(name)).all(), name
    assert list(later.profiles) == list(anew.profiles)


def test_a_new_place_is_masked_in_older_measures_too(tmp_path: Path) -> None:
    old = [Measure("1", "Ausbau in Xyhausen"), Measure("2", "Radwege")]
    first = build(tmp_path / "first", old, None, NONE)
    later = build(
        tmp_path / "later", [*old, Measure("3", "Pflege", district="Landkreis Xyhausen")], first, NONE
    )
    assert [p.text for p in first.profiles] == ["ausbau in xyhausen", "radwege"]
    assert [p.text for p in later.profiles] == ["ausbau in", "radwege", "pflege"]


def test_an_index_of_another_program_is_not_used(
    known: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "mark", "older")
    assert index_module._unchanged(
        invented(2), [index_module.key(m) for m in invented(2)], known.places, known, NONE
    ) == [-1, -1]


def test_the_index_of_nothing_answers_nothing(tmp_path: Path) -> None:
    nothing = build(tmp_path / "nothing", [], None, NONE)
    assert len(nothing) == 0 and check_in(nothing, "Ausbau der Radwege") == []
    assert list(compare(nothing)) == []


# --- an idea ------------------------------------------------------------------------------------------------------

IDEA = "Beratung zu Energieeffizienz in Betrieben"


def test_an_idea_gets_the_answer_that_a_comparison_with_everything_gives(
    known: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = [(o.b.iri, o.kind, o.score) for o in check(IDEA, invented(300), limit=10)]
    assert [(o.b.iri, o.kind, o.score) for o in check_in(known, IDEA)] == everything
    monkeypatch.setattr(overlaps_module, "DEEP", 60)
    few = [(o.b.iri, o.kind, o.score) for o in check_in(known, IDEA)]
    assert len(everything) == 10 and few == everything


def test_rare_words_lead_to_a_measure_that_has_no_known_theme(known: Index, tmp_path: Path) -> None:
    odd = Measure("odd", "Quittenmostwettbewerb")
    found = build(tmp_path / "odd", [*invented(300), odd], known, NONE)
    asked = found.understood([Measure("", "Ein Quittenmostwettbewerb im Herbst")])
    assert 300 in found.near(features(asked), 5)


def test_an_approximate_index_finds_what_the_exact_product_finds() -> None:
    pytest.importorskip("usearch")
    draw = np.random.default_rng(3)
    middles = draw.standard_normal((40, 32))
    rows = (middles[draw.integers(0, 40, 4000)] + 0.5 * draw.standard_normal((4000, 32))).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = Neighbours.build(rows)
    assert found is not None
    exact = np.argsort(-(rows[:200] @ rows.T), axis=1)[:, :10]
    hits = [
        len(set(a) & set(b)) for a, b in zip(found.near(rows[:200], 10).tolist(), exact.tolist(), strict=True)
    ]
    assert sum(hits) / 2000 >= 0.99


def test_a_large_index_asks_the_approximate_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("usearch")
    monkeypatch.setattr(index_module, "EXACT_UP_TO", 100)
    large = build(tmp_path / "large", invented(300), None, NONE)
    assert (large.folder / "neighbours.usearch").exists()
    monkeypatch.setattr(overlaps_module, "DEEP", 60)
    exact = {(o.b.iri, o.score) for o in check(IDEA, invented(300), limit=5)}
    assert {(o.b.iri, o.score) for o in check_in(large, IDEA, limit=5)} == exact


# --- whole lists --------------------------------------------------------------------------------------------------


class Ended(Exception):
    """Somebody ended the run."""


def test_a_run_that_was_ended_goes_on_where_it_was(known: Index, small_blocks: None, tmp_path: Path) -> None:
    straight = list(compare(known))
    computed: list[Task] = []

    def counted(
        rows: Sequence[Block], columns: Sequence[Block], tasks: Sequence[Task], params: Params
    ) -> Iterator[tuple[Task, Found]]:
        for task, found in local(rows, columns, tasks, params):
            if len(computed) == 6:
                raise Ended
            computed.append(task)
            yield task, found

    with pytest.raises(Ended):
        list(compare(known, None, tmp_path, counted))
    later = list(compare(known, None, tmp_path, local))
    assert (
        len(computed) == 6 and len(list((tmp_path / "pairs").glob("*.npz"))) == 15
    )  # five blocks with one another
    for x, y in zip(straight, later, strict=True):
        assert (x.pairs == y.pairs).all() and (x.score == y.score).all() and (x.classes == y.classes).all()

    def never(*_: object) -> Iterator[tuple[Task, Found]]:
        assert not _[2]
        return iter(())

    assert [len(part) for part in compare(known, None, tmp_path, never)] == [len(part) for part in straight]


def test_a_broken_block_is_computed_again(known: Index, small_blocks: None, tmp_path: Path) -> None:
    straight = sum(len(part) for part in compare(known, None, tmp_path))
    for file in (*(tmp_path / "pairs").iterdir(), *(tmp_path / "verdicts").iterdir()):
        file.write_bytes(file.read_bytes()[:50])
    assert sum(len(part) for part in compare(known, None, tmp_path)) == straight


def test_a_new_list_against_a_known_one_is_judged_as_ever(
    known: Index, small_blocks: None, tmp_path: Path
) -> None:
    new = build(tmp_path / "new", [replace(m, iri=f"neu:{m.iri}") for m in invented(5, seed=2)], None, NONE)
    [found] = compare(new, known)
    x, y = new.rows(np.arange(5)), known.rows(np.arange(300))
    judged = whole_module._judged(x, y, found.pairs)
    assert (judged.classes == found.classes).all() and judged.score == pytest.approx(found.score)
    every = whole_module._judged(x, y, candidates(x.profiles, y.profiles))
    strongest = {tuple(every.pairs[at]) for at in np.argsort(-every.score)[:20]}
    assert strongest <= set(map(tuple, found.pairs.tolist()))


def test_the_findings_of_a_district_are_the_same_from_the_close_pairs(
    known: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_all = overlaps_in(known.rows(np.arange(300)), EVERYONE, "00001", 20)
    monkeypatch.setattr(overlaps_module, "ALL_PAIRS", 0)
    rows = known.rows(np.arange(300))
    close = overlaps_module.likely_within(rows)
    assert close is not None and len(close) < 300 * 299 / 4
    assert overlaps_in(rows, EVERYONE, "00001", 20, close) == from_all and len(from_all) == 20


def written(path: Path, measures: Sequence[Measure]) -> Path:
    rows = [
        {"id": m.iri, "title": m.title, "description": m.description, "district": m.district}
        for m in measures
    ]
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def test_a_list_is_compared_with_itself_by_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed, out = written(tmp_path / "all.jsonl", invented(40)), tmp_path / "out.jsonl"
    asked = ["compare", str(listed), "--out", str(out), "--data-dir", str(tmp_path / "data"), "--all"]
    assert CliRunner().invoke(main, asked).exit_code == 0
    every = out.read_text(encoding="utf-8").splitlines()
    assert len(every) == 40 * 39 / 2 and len({json.loads(line)["pair_id"] for line in every}) == len(every)
    monkeypatch.setattr(whole_module, "ALL_PAIRS", 0)
    assert CliRunner().invoke(main, asked).exit_code == 0
    by_blocks = out.read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["pair_id"] for line in by_blocks} <= {
        json.loads(line)["pair_id"] for line in every
    }
    assert {line for line in every if '"duplicate", ' in line} <= set(by_blocks)
    assert (tmp_path / "data" / "lists").is_dir()


def test_two_large_lists_find_what_two_small_ones_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = written(tmp_path / "a.jsonl", invented(30)), written(tmp_path / "b.jsonl", invented(40, seed=5))
    small = {str(row["pair_id"]): row for row in compare_files([a, b], tmp_path / "kept")}
    monkeypatch.setattr(whole_module, "ALL_PAIRS", 0)
    large = {str(row["pair_id"]): row for row in compare_files([a, b], tmp_path / "kept")}
    assert large and large.keys() <= small.keys()
    assert all(row == pytest.approx(small[name]) for name, row in large.items())  # `decided` among it
    assert {row["decided"] for row in large.values()} <= {True, False}


# --- the index of an edition --------------------------------------------------------------------------------------


def measured(name: str, title: str) -> list[tuple[object, object, object]]:
    measure = ID[f"measure/{name}"]
    return [
        (measure, RDF.type, ZG.Measure),
        (measure, SKOS.prefLabel, Literal(title, lang="de")),
        (measure, ZG.ofAuthority, ID["district/ahorn"]),
    ]


@pytest.fixture
def editions(tmp_path: Path) -> Home:
    """A public and an internal measure."""
    found = Home(tmp_path / "data")
    with found.writing("test") as writer:
        writer.load(
            [
                dataset("offen", measured("offen", "Ausbau der Radwege")),  # type: ignore[arg-type]
                dataset("intern", measured("intern", "Ausbau der Radwege am Fluss"), "internal"),  # type: ignore[arg-type]
            ]
        )
    return found


def test_each_edition_has_an_index_of_its_own(editions: Home) -> None:
    public, internal = current(editions.public), current(editions.internal)
    assert [p.measure.title for p in public.profiles] == ["Ausbau der Radwege"] and len(internal) == 2
    assert public.folder.parent.name == "public" and internal.folder.parent.name == "internal"
    assert "Fluss" not in (public.folder / "profiles.jsonl").read_text(encoding="utf-8")


def test_an_index_is_built_once_for_each_state_and_older_ones_go(
    editions: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = current(editions.public)
    with editions.writing("test") as writer:
        writer.load([dataset("neu", measured("neu", "Pflege"))])  # type: ignore[arg-type]
    assert ready(editions.public) is None
    made: list[str] = []
    monkeypatch.setattr(
        index_module,
        "profile",
        lambda measure, places: made.append(measure.title) or profile(measure, places),
    )
    later = current(editions.public)
    assert made == ["Pflege"] and len(later) == 2 and not first.folder.exists()
    assert len(first.rows(np.array([0])).profiles) == 1  # whoever holds the older one can still read it


def client_of(home: Home) -> TestClient:
    """The service on a data directory, without a process beside it."""
    found = Findings(home.public)
    shown = Shown(
        home.public.read,
        lambda: home.public.fingerprint,
        found.of,
        found.one,
        found.check,
        vague=found.vague,
        encoder=found.encoder,
    )
    return TestClient(create_app(Service(shown, shown)))


def test_route_and_command_answer_alike(editions: Home) -> None:
    asked = client_of(editions).get("/api/v1/check", params={"idea": "Ausbau von Radwegen"})
    assert asked.status_code == 200
    assert [found["b"]["title"] for found in asked.json()] == ["Ausbau der Radwege"]
    ran = CliRunner().invoke(
        main, ["check", "Ausbau von Radwegen", "--json", "--public", "--data-dir", str(editions.directory)]
    )
    assert json.loads(ran.stdout) == asked.json()


def test_of_a_vague_word_nothing_is_said_rather_than_that_there_is_nothing(editions: Home) -> None:
    client = client_of(editions)

    def answer(idea: str) -> tuple[list[object], str | None]:
        asked = client.get("/api/v1/check", params={"idea": idea})
        return asked.json(), asked.headers.get("Zukunftsgraph-Note")

    assert answer("Verbesserung") == ([], "nicht entschieden - bitte genauer beschreiben")
    assert answer("Beratung für Existenzgründerinnen im Handwerk") == ([], None)
    assert answer("Ausbau der Radwege")[1] is None


def test_the_command_says_so_too(editions: Home) -> None:
    def said(*arguments: str) -> tuple[str, str]:
        ran = CliRunner().invoke(
            main, ["check", *arguments, "--public", "--data-dir", str(editions.directory)]
        )
        return ran.stdout, ran.stderr

    undecided = "Nicht entschieden – bitte genauer beschreiben"
    out, err = said("Verbesserung")
    assert out == "" and undecided in err
    out, err = said("Verbesserung", "--json")
    assert json.loads(out) == [] and undecided in err
    out, err = said("Beratung für Existenzgründerinnen im Handwerk")
    assert out.startswith("Dazu ist nichts Ähnliches bekannt.") and undecided not in err


@pytest.mark.parametrize(
    ("idea", "enough"),
    [("Verbesserung", False), ("Xyzzy", False), ("", False), ("Ausbau der Radwege", True)],
)
def test_how_much_there_is_to_go_by(idea: str, enough: bool) -> None:
    assert vague(idea) is not enough


def test_names_of_places_say_nothing_of_an_idea() -> None:
    assert vague("Verbesserung Ludwigsburg", frozenset({"ludwigsburg"}))


def test_every_answer_says_with_which_encoder_was_compared(editions: Home) -> None:
    client = client_of(editions)
    told = client.get("/api/v1/comparison").json()
    label = ABOUT[which()].label if which() != NONE else "ohne Sprachmodell"
    assert (told["encoder"], told["label"]) == (which(), label) and label in told["sentence"]
    asked = client.get("/api/v1/check", params={"idea": "Ausbau von Radwegen"})
    assert asked.headers["Zukunftsgraph-Encoder"] == which()
    ran = CliRunner().invoke(
        main, ["check", "Ausbau von Radwegen", "--json", "--public", "--data-dir", str(editions.directory)]
    )
    assert compared_with(current(editions.public).encoder)["sentence"] in ran.stderr


@pytest.mark.parametrize("idea", ["ab", "   ", "x" * 5001])
def test_what_is_no_idea_is_refused(editions: Home, idea: str) -> None:
    assert client_of(editions).get("/api/v1/check", params={"idea": idea}).status_code == 422


HEAVY = {
    "sklearn",
    "networkx",
    "fastapi",
    "pandas",
    "dask",
    "distributed",
    "openpyxl",
    "pyvis",
    "scipy",
    "IPython",
}


def test_the_cold_command_imports_nothing_heavy(editions: Home) -> None:
    current(editions.public)
    program = (
        "import sys\nfrom api.cli import main\n"
        f"main(['check', 'Ausbau der Radwege', '--public', '--data-dir', {str(editions.directory)!r}],"
        " standalone_mode=False)\n"
        f"print(sorted({HEAVY!r} & sys.modules.keys()))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_service_starts_without_what_only_networks_and_tables_need() -> None:
    program = f"import sys, api.app\nprint(sorted({HEAVY - {'fastapi', 'openpyxl'}!r} & sys.modules.keys()))"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_list_is_indexed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = of_list(tmp_path, invented(20))
    monkeypatch.setattr(index_module, "build", lambda *_: pytest.fail("built again"))
    assert of_list(tmp_path, invented(20)).folder == first.folder


def test_only_the_newest_indexes_of_lists_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "LISTS", 1)
    (tmp_path / "work").mkdir()
    folders = [of_list(tmp_path, invented(20, seed)).folder for seed in (1, 2, 3)]
    assert [folder.exists() for folder in folders] == [False, True, True] and (tmp_path / "work").is_dir()
