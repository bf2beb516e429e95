"""Meaning of texts, weights for each encoder, what is not decided, and the figures: each alone on small examples."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from api.commands.benchmark import evaluate_command
from graph.compare import meaning
from graph.compare.classify import CLASSES, UNDECIDED, classify, fit, load_weights, questions
from graph.compare.dimensions import dimensions, table
from graph.compare.evaluate import (
    Pair,
    agreement,
    evaluate_on,
    fit_weights,
    hashes,
    read_labels,
    read_measures,
    read_pairs,
)
from graph.compare.explain import Verdict, explain
from graph.compare.meaning import (
    ABOUT,
    E5,
    ENCODERS,
    NONE,
    USE,
    Matrix,
    available,
    key,
    meaning_of,
    placed,
    shipped,
    vectors,
    which,
)
from graph.compare.measures import measures
from graph.compare.profile import Measure, Profile, profile
from graph.compare.ship import common_part, texts_of
from graph.compare.words import lexicon, vocabulary
from graph.store import Store
from visualizations.reliability import reliability_svg

BENCHMARK = Path(__file__).parents[2] / "shared" / "benchmark"
NETWORK = Measure("n1", "Netzwerk für Energieeffizienz in Unternehmen", district="Landkreis A")
SAME = Measure("n2", "Energieeffizienz-Netzwerke für Betriebe", district="Landkreis B")
CYCLING = Measure("r1", "Ausbau der Radwege", district="Landkreis B")


class Counting:
    """An encoder that notes what it was asked for; the vector says how long the text is."""

    name, size = USE, ABOUT[USE].size

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.asked += texts
        rows = np.zeros((len(texts), self.size), dtype=np.float32)
        for index, text in enumerate(texts):
            rows[index, len(text)] = 1.0
        return rows


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counting:
    made = Counting()
    monkeypatch.setattr(meaning, "encoder", lambda name: made)
    monkeypatch.setattr(meaning, "cache_file", lambda: tmp_path / "cache" / "meaning.sqlite")
    return made


def values_of(a: Measure, b: Measure, encoder: str | None) -> dict[str, NDArray[np.float64]]:
    profiles = [profile(a), profile(b)]
    rows = table(profiles, None if encoder is None else encoder)
    return dimensions(rows, rows, np.array([(0, 1)]))


# --- vectors ------------------------------------------------------------------------------------------------------


def test_a_text_is_encoded_once_and_kept(counting: Counting) -> None:
    first = vectors(["aaa", "bb", "aaa", ""], USE)
    assert sorted(counting.asked) == ["aaa", "bb"]
    again = vectors(["bb", "aaa"], USE)
    assert sorted(counting.asked) == ["aaa", "bb"]
    assert np.array_equal(again[1], first[0]) and not first[3].any()


def test_what_a_visitor_asks_is_not_kept(counting: Counting) -> None:
    idea, known = profile(Measure("", "Ein neuer Einfall")), profile(Measure("x", "Alte Sache"))
    meaning_of([idea, known], USE)
    counting.asked.clear()
    meaning_of([idea, known], USE)
    assert counting.asked == ["Ein neuer Einfall"]


def test_a_broken_cache_is_as_good_as_none(counting: Counting) -> None:
    path = meaning.cache_file()
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    assert vectors(["aaa"], USE).any() and vectors(["aaa"], USE).any()
    assert counting.asked == ["aaa", "aaa"]


def test_an_interrupted_run_goes_on_where_it_was(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meaning, "CHUNK", 2)
    seen: list[tuple[int, int]] = []

    def stop(done: int, of: int) -> None:
        seen.append((done, of))
        if done == 2:
            raise KeyboardInterrupt

    texts = ["a", "bb", "ccc", "dddd"]
    with pytest.raises(KeyboardInterrupt):
        vectors(texts, USE, stop)
    vectors(texts, USE)
    assert sorted(counting.asked) == texts and seen == [(0, 4), (2, 4)]


def test_only_so_many_are_made_now_and_the_others_stay_unknown(counting: Counting) -> None:
    rows = vectors(["a", "bb", "ccc"], USE, most=2)
    assert [bool(row.any()) for row in rows] == [True, True, False]


def test_the_key_depends_on_text_and_encoder() -> None:
    assert len({key("a", E5), key("a", USE), key("b", E5)}) == 3


def test_what_all_texts_have_in_common_is_taken_away() -> None:
    have = shipped(USE)
    texts = np.eye(3, have.mean.size, dtype=np.float32) + have.mean
    rows = placed(np.concatenate([texts, np.zeros_like(texts[:1])]), USE)
    assert np.allclose(np.linalg.norm(rows[:3], axis=1), 1, atol=1e-5) and not rows[3].any()
    mean, directions = common_part(np.array([[1, 2, 0], [1, -2, 0], [1, 0, 0.1]], dtype=np.float32), 1)
    assert mean == pytest.approx([1, 0, 0.0333], abs=1e-3) and abs(directions[0, 1]) > 0.99


@pytest.mark.parametrize("name", ENCODERS)
def test_every_text_of_the_shipped_datasets_has_its_vector(store: Store, name: str) -> None:
    missing = [text for text in texts_of(measures(store)) if key(text, name) not in shipped(name).keys]
    assert not missing, "Bitte „make vectors“ laufen lassen."


@pytest.mark.parametrize("name", ENCODERS)
def test_the_shipped_vectors_are_those_of_the_encoder(store: Store, name: str) -> None:
    if not available(name):
        pytest.skip(f"{name} läuft hier nicht.")
    have, texts = shipped(name), texts_of(measures(store))[::60]
    made = meaning.encoder(name).encode(texts)
    kept = np.stack([have.rows[have.keys[key(text, name)]] for text in texts]).astype(np.float32)
    assert (made * kept).sum(axis=1).min() > 0.98


def test_paraphrases_are_nearer_than_anything_else() -> None:
    if which() == NONE:
        pytest.skip("Kein Sprachmodell da.")
    found = meaning_of([profile(Measure(str(i), text)) for i, text in enumerate(
        ("Gründungsberatung", "Hilfe für Menschen, die ein Unternehmen aufbauen", "Reinigung der Abwasserkanäle")
    )])  # fmt: skip
    assert found is not None and found.titles[0] @ found.titles[1] > found.titles[0] @ found.titles[2] + 0.1


# --- names are masked, spelling is kept ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "left"),
    [
        ("Karlsruher Programm für Aktive Mobilität", "Programm für Aktive Mobilität"),
        ("Klimatage (Karlsruhe)", "Klimatage"),
        ("Flächen-Management für Größeres", "Flächen-Management für Größeres"),
        ("Karlsruhe", ""),
    ],
)
def test_what_is_encoded_has_no_names_but_its_spelling(title: str, left: str) -> None:
    assert profile(Measure("x", title, district="Stadt Karlsruhe")).wording == left


# --- weights for each encoder, and without ------------------------------------------------------------------------


def test_without_an_encoder_the_meaning_is_unknown_and_the_pair_is_judged_without() -> None:
    plain = values_of(NETWORK, SAME, None)
    assert np.isnan(plain["meaning"][0])
    for name in (E5, USE):
        assert load_weights(name).encoder == name
        assert classify(plain, load_weights(name)).score == classify(plain, load_weights(NONE)).score


def test_the_weights_of_an_encoder_read_the_meaning_and_those_without_do_not() -> None:
    for name in (*ENCODERS, NONE):
        read = {own for model in load_weights(name).models.values() for own in model.inputs}
        assert any(own.startswith("meaning") for own in read) == (name != NONE)
    assert [q.name for q in questions(E5)] == [q.name for q in questions(NONE)]


@pytest.mark.parametrize("name", ENCODERS)
def test_nearer_in_meaning_never_means_less_related(name: str) -> None:
    weights = load_weights(name)
    values = {k: np.repeat(v, 5) for k, v in values_of(NETWORK, SAME, None).items()}
    near = np.linspace(-0.2, 1, 5)
    known = values | dict.fromkeys(("meaning", "meaning_title", "meaning_text", "meaning_field"), near)
    score = classify(known, weights).score
    assert (np.diff(score) >= 0).all() and score[-1] > score[0]


def test_fitting_reaches_the_least_penalised_loss() -> None:
    rng = np.random.default_rng(1)
    values = {name: np.full(200, 0.3) for name in values_of(NETWORK, SAME, None)}
    values |= {"theme": rng.random(200), "meaning_title": rng.random(200), "meaning_text": rng.random(200)}
    values["meaning"] = values["meaning_title"]
    gold = [frozenset({"overlap" if t + m > 1 else "unrelated"}) for t, m in
            zip(values["theme"], values["meaning_title"], strict=True)]  # fmt: skip
    twice = {name: np.concatenate([column, column]) for name, column in values.items()}
    once, half = fit(values, gold, encoder=E5), fit(twice, gold * 2, encoder=E5, counts=np.full(400, 0.5))
    for name, model in once.models.items():
        assert half.models[name].weight == pytest.approx(model.weight, abs=1e-4)
    assert once.models["related"].weight[once.models["related"].inputs.index("meaning")] > 0


# --- not decided is not "no match" --------------------------------------------------------------------------------


def test_a_pair_with_hardly_any_text_is_not_decided() -> None:
    thin = values_of(Measure("x", "Vorhaben"), Measure("y", "Anderes"), None)
    verdict = classify(thin, load_weights(NONE))
    assert not verdict.decided[0] and verdict.confidence[0] < UNDECIDED
    assert classify(values_of(NETWORK, CYCLING, None), load_weights(NONE)).decided[0]


def test_the_explanation_says_so() -> None:
    a, b = profile(NETWORK), profile(SAME)
    values = {name: float(column[0]) for name, column in values_of(NETWORK, SAME, None).items()}
    found = explain(a, b, values, Verdict("overlap", 0.5, 0.1, 0.4, decided=False))
    assert found.as_json()["decided"] is False
    [said] = [d for d in found.dimensions if d.name == "meaning"]
    assert said.value is None and said.reason.startswith("Sinn unbekannt")
    near = explain(a, b, values | {"meaning": 0.8}, Verdict("overlap", 0.5, 0.1, 0.4))
    assert [d.reason for d in near.dimensions if d.name == "meaning"] == ["dem Sinn nach fast dasselbe"]


# --- what a complement rests on -----------------------------------------------------------------------------------


def test_body_and_region_and_what_serves_and_builds_are_told_apart() -> None:
    part = Measure("a", "Zweckverband Breitbandversorgung", district="Landkreis Esslingen")
    whole = Measure("b", "Gigabit Region GmbH", district="Verband Region Stuttgart")
    values = values_of(part, whole, None)
    assert values["one_region"][0] == 1 and values["both_bodies"][0] == 1
    base = Measure("c", "Neubau von Mobilpunkten", district="Landkreis A")
    service = Measure("d", "Plattform für Mobilität", district="Landkreis B")
    assert values_of(base, service, None)["serve_build"][0] == 1


def test_a_network_of_ones_own_stays_ones_own_though_it_is_funded() -> None:
    own: Profile = profile(Measure("a", "Glasfaserausbau", "Zuschuss des Bundes für den Ausbau"))
    assert "funding" in own.activities and own.own_place
    assert not profile(Measure("b", "Förderprogramm für Neubau", "Zuschuss für Bürger")).own_place


# --- words that are forgotten -------------------------------------------------------------------------------------


def test_forgetting_takes_that_share_of_the_words_always_the_same_ones() -> None:
    known = vocabulary()
    fewer, again = known.forgetting(0.3, 1), known.forgetting(0.3, 1)
    count = [sum(len(e.stems) for e in v.subjects.entries) for v in (known, fewer)]
    assert fewer.subjects.entries == again.subjects.entries and 0.6 < count[1] / count[0] < 0.8
    assert known.forgetting(0.3, 2).subjects.entries != fewer.subjects.entries
    assert not known.without_subjects().subjects.found("Radweg") and lexicon("subjects").found("Radweg")


def test_every_goal_of_a_subject_has_a_name() -> None:
    lines = (Path(meaning.__file__).parent / "goals.tsv").read_text(encoding="utf-8").splitlines()
    named = {line.split("\t")[0] for line in lines}
    assert {entry.goal for entry in lexicon("subjects").entries} <= named


# --- figures ------------------------------------------------------------------------------------------------------


def test_kappa_is_agreement_beyond_chance() -> None:
    labels = [("overlap", "overlap")] * 20 + [("overlap", "unrelated")] * 5 + [("unrelated", "overlap")] * 10
    labels += [("unrelated", "unrelated")] * 15
    assert agreement(labels).kappa == pytest.approx(0.4) == agreement(labels).kappa_related


def test_the_shipped_labels_are_whole() -> None:
    pairs, agreed = read_labels()
    assert len(pairs) == 320 == len({frozenset((p.a, p.b)) for p in pairs})
    assert all(p.gold <= set(CLASSES) and p.a != p.b for p in pairs)
    assert agreed.kappa > 0.8 and agreed.kappa_related > 0.9


def test_the_shipped_labels_name_shipped_measures(store: Store) -> None:
    known = {m.iri for m in measures(store)}
    assert {name for p in read_labels()[0] for name in (p.a, p.b)} <= known


@pytest.mark.skipif(not BENCHMARK.is_dir(), reason="Der Maßstab liegt nicht neben dem Projekt.")
def test_weights_of_the_benchmark_alone_do_well_on_other_measures(store: Store) -> None:
    train = read_pairs(BENCHMARK / "pairs.tsv"), read_measures(BENCHMARK / "measures.jsonl")
    bare = [replace(m, themes=(), activities=(), beneficiaries=()) for m in measures(store)]
    found = evaluate_on(train, (read_labels()[0], bare))
    assert found.values["related_average_precision"].mean > 0.93 and found.values["brier"].mean < 0.09


@pytest.mark.skipif(not BENCHMARK.is_dir(), reason="Der Maßstab liegt nicht neben dem Projekt.")
def test_the_shipped_weights_are_those_fitted_to_what_they_name(store: Store) -> None:
    pairs, listed = BENCHMARK / "pairs.tsv", BENCHMARK / "measures.jsonl"
    labelled, known = read_labels()[0], measures(store)
    stamp = hashes(pairs, listed, labelled, known)
    told = load_weights(NONE).fitted_on
    assert {name: told[name] for name in stamp} == stamp, "Bitte „make weights“ laufen lassen."
    lists = [(read_pairs(pairs), read_measures(listed)), (labelled, known)]
    [fitted] = fit_weights(lists, stamp, [])
    for name, model in load_weights(NONE).models.items():
        assert model.weight == pytest.approx(fitted.models[name].weight, abs=0.05), name


def test_the_command_reports_on_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [replace(m, iri=f"{m.iri}-{i}") for i in range(12) for m in (NETWORK, SAME, CYCLING)]
    rows += [NETWORK, SAME, replace(CYCLING, iri="r2")]
    listed = [{"id": m.iri, "title": m.title, "district": m.district} for m in rows]
    (tmp_path / "m.jsonl").write_text("\n".join(json.dumps(row) for row in listed), encoding="utf-8")
    pairs = [(f"n1-{i}", f"n2-{11 - i}", "duplicate") for i in range(12)]
    pairs += [(f"n1-{i}", f"r1-{(i + 5) % 12}", "unrelated") for i in range(12)]
    lines = [f"{i}\t{a}\t{b}\t{gold}" for i, (a, b, gold) in enumerate(pairs)]
    (tmp_path / "p.tsv").write_text("\n".join(["pair_id\ta_id\tb_id\tgold", *lines]), encoding="utf-8")
    other = [Pair("x", "n1", "r2", frozenset({"unrelated"})), Pair("y", "n1", "n2", frozenset({"duplicate"}))]
    module = "api.commands.benchmark."
    monkeypatch.setattr(module + "read_labels", lambda: (other, agreement([("overlap", "overlap")] * 2)))
    monkeypatch.setattr(module + "shipped_measures", lambda: tuple(rows))
    asked = ["--pairs", str(tmp_path / "p.tsv"), "--measures", str(tmp_path / "m.jsonl"), "--repeats", "2"]
    asked += ["--encoder", NONE, "--diagram", str(tmp_path / "d.svg")]
    found = CliRunner().invoke(evaluate_command, asked)
    assert found.exit_code == 0, found.output
    for word in (
        "Kreuzprüfung über Maßnahmen: 24 Paare",
        "ohne Sprachmodell",
        "Kappa",
        "Verwechslungen",
        "Nötig:",
    ):
        assert word in found.output
    assert (tmp_path / "d.svg").read_text(encoding="utf-8").startswith("<svg")


def test_the_diagram_places_what_came_true() -> None:
    drawn = reliability_svg([(0.0, 0.0, 1), (1.0, 1.0, 4)], "a < b")
    assert 'cx="48.0" cy="368.0" r="6.5"' in drawn and 'cx="368.0" cy="48.0" r="10.0"' in drawn
    assert "a &lt; b" in drawn


def test_the_cache_is_nobody_elses_and_a_visitor_cannot_ask_it(counting: Counting) -> None:
    vectors(["Geheimes Vorhaben"], USE)
    vectors(["Geheimes Vorhaben"], USE, keep=False)
    assert counting.asked == ["Geheimes Vorhaben"] * 2
    file = meaning.cache_file()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
