"""What sounds alike stays apart: nothing is merged by likeness."""

import pytest

from graph.dataset import Dataset
from graph.store import Store
from ontology.namespaces import ID, ZG

APART = [
    (
        "body/ausschuss-fuer-umwelt-und-technik-ludwigsburg",
        "body/ausschuss-fuer-technik-und-umwelt-esslingen",
    ),
    ("actor/kreissparkasse-ludwigsburg", "actor/kreissparkasse-esslingen-nuertingen"),
    ("actor/wuestenrot-bausparkasse-ag", "actor/wuestenrot-wuerttembergische"),
    ("authority/stadt-esslingen-am-neckar", "district/landkreis-esslingen-08116"),
    ("territory/esslingen-am-neckar-08116019", "territory/esslingen-08116"),
    ("body/gemeinderat-esslingen-am-neckar", "body/kreistag-esslingen"),
]
SAME = "<http://www.w3.org/2002/07/owl#sameAs>|<http://www.w3.org/2004/02/skos/core#exactMatch>"


def _statements(store: Store, thing: str) -> set[tuple[object, object]]:
    return {(r["p"], r["o"]) for r in store.select(f"SELECT ?p ?o {{ <{ID[thing]}> ?p ?o }}")}


@pytest.mark.parametrize(("one", "other"), APART)
def test_they_are_two(one: str, other: str, store: Store) -> None:
    assert _statements(store, one), one
    assert _statements(store, other), other
    assert not store.ask(f"ASK {{ <{ID[one]}> ({SAME})+ <{ID[other]}> }}")
    assert not store.ask(f"ASK {{ <{ID[other]}> ({SAME})+ <{ID[one]}> }}")


@pytest.mark.parametrize(("one", "other"), APART)
def test_they_have_names_of_their_own(one: str, other: str, store: Store) -> None:
    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    assert not store.ask(f"ASK {{ <{ID[one]}> {label} ?l . <{ID[other]}> {label} ?l }}")


def test_the_committees_belong_to_their_own_county(store: Store) -> None:
    rows = store.select(
        f"SELECT ?b ?d {{ ?b <{ZG.bodyOf}> ?d FILTER(CONTAINS(STR(?b), '/ausschuss-fuer-')) }} ORDER BY ?b"
    )
    assert {(str(r["b"]).rsplit("-", 1)[1], str(r["d"]).rsplit("-", 1)[1]) for r in rows} == {
        ("esslingen", "08116"),
        ("esslingen", "esslingen"),  # it is a body of the Kreistag, which is a body of the county
        ("ludwigsburg", "08118"),
    }


def test_no_dataset_says_that_two_things_are_the_same(shipped: list[Dataset]) -> None:
    assert not any("sameAs" in str(p) for dataset in shipped for p in dataset.statements.predicates())
