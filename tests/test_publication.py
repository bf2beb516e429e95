"""The publication rule: what the public edition holds, and that nothing internal leaves a trace in it."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import Literal
from rdflib.namespace import SKOS
from tiny import CHAMBER, IS_PROJECT, LEADS, NAMED, PROBE, Triple, dataset

from graph import derivation
from graph.home import Home, Writer
from graph.store import Store
from ontology.namespaces import GRAPH, ID, ZG

INVOLVES = f"<{PROBE}> <{ZG.involves}> <{CHAMBER}>"
LED_BY = f"<{PROBE}> <{ZG.ledBy}> <{CHAMBER}>"


@pytest.fixture(autouse=True, scope="module")
def no_vocabulary() -> Iterator[None]:
    """Editions without ontology and themes: nothing here depends on them, and they are most of a small edition."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(derivation, "vocabulary", dict)
        yield


def _public(home: Home) -> Store:
    return home.public.read()


def test_only_public_datasets_are_public(empty: Home) -> None:
    with empty.writing("test") as writer:
        writer.load([dataset("offen", [NAMED])])
        writer.load([dataset("intern", [LEADS], "internal"), dataset("gremium", [IS_PROJECT], "body")])
    assert empty.internal.read().ask(f"ASK {{ {INVOLVES} }}")
    assert {str(q.predicate.value) for q in _public(empty).quads()} == {str(SKOS.prefLabel)}
    assert not _public(empty).ask(f"ASK {{ GRAPH ?g {{ ?s ?p <{CHAMBER}> }} }}")


def test_a_rejected_dataset_is_not_public(empty: Home) -> None:
    with empty.writing("test") as writer:
        writer.load([dataset("verworfen", [NAMED], status="rejected")])
    assert len(_public(empty)) == 0


def test_a_withheld_statement_leaves_no_trace(empty: Home, tmp_path: Path) -> None:
    never = Home(tmp_path / "never")
    with empty.writing("test") as writer:
        writer.load([dataset("offen", [NAMED, IS_PROJECT], withheld=[LEADS])])
    with never.writing("test") as writer:
        writer.load([dataset("offen", [NAMED, IS_PROJECT])])
    assert empty.internal.read().ask(f"ASK {{ {INVOLVES} }}")
    assert empty.public.dump.read_bytes() == never.public.dump.read_bytes()


def test_what_another_public_dataset_says_too_stays_public(empty: Home) -> None:
    with empty.writing("test") as writer:
        writer.load([dataset("offen", [NAMED], withheld=[LEADS]), dataset("andere", [LEADS])])
    assert _public(empty).ask(f"ASK {{ {INVOLVES} }}")
    assert not _public(empty).ask(f"ASK {{ GRAPH <{GRAPH['source/offen']}> {{ {LED_BY} }} }}")


def test_what_follows_from_something_internal_is_not_public(empty: Home) -> None:
    """The inferred statement would follow from a public and an internal one together."""
    within = (ID["territory/a"], ZG.within, ID["territory/b"])
    further = (ID["territory/b"], ZG.within, ID["territory/c"])
    with empty.writing("test") as writer:
        writer.load([dataset("offen", [within]), dataset("intern", [further], "internal")])
    follows = f"ASK {{ <{within[0]}> <{ZG.within}> <{further[2]}> }}"
    assert empty.internal.read().ask(follows)
    assert not _public(empty).ask(follows)


def test_a_title_that_an_internal_dataset_gives_to_a_shared_passage_stays_internal(empty: Home) -> None:
    with empty.writing("test") as writer:
        writer.load([dataset("intern", [LEADS], "internal", section="Geheime Planung")])
        writer.load([dataset("offen", [LEADS])])
        writer.rebuild()
    assert b"Geheime" not in empty.public.dump.read_bytes()
    assert _public(empty).ask(f"ASK {{ GRAPH ?g {{ ?s <{ZG.evidencedBy}> ?e . ?e a <{ZG.Evidence}> }} }}")


def test_datasets_that_share_a_graph_are_public_together_or_not_at_all(empty: Home) -> None:
    """`id/dataset/x` and `id/quelle/x` have the same graph."""
    with empty.writing("test") as writer:
        writer.load([dataset("x", [LEADS], "internal")])
        writer.update(
            f"INSERT DATA {{ GRAPH <{GRAPH.catalogue}> {{ <{ID['quelle/x']}> a <{ZG.Dataset}> ; "
            f"<{ZG.visibility}> <{ID['code/visibility/public']}> }} }}"
        )
        writer.rebuild()
    assert not _public(empty).ask(f"ASK {{ {{ {LED_BY} }} UNION {{ GRAPH ?g {{ {LED_BY} }} }} }}")


@pytest.mark.parametrize(("visibility", "public"), [("public", True), ("body", False), (None, False)])
def test_a_judgement_is_public_where_it_says_so(empty: Home, visibility: str | None, public: bool) -> None:
    mark = f"; <{ZG.visibility}> <{ID[f'code/visibility/{visibility}']}>" if visibility else ""
    with empty.writing("test") as writer:
        writer.load([dataset("offen", [NAMED])])
        writer.update(
            f"INSERT DATA {{ GRAPH <{GRAPH.judgements}> {{ <{ID['judgement/u']}> a <{ZG.Judgement}> {mark} }} }}"
        )
        writer.rebuild()
    assert _public(empty).ask(f"ASK {{ GRAPH <{GRAPH.judgements}> {{ ?j a <{ZG.Judgement}> }} }}") is public


def test_nonsense_written_raw_into_the_evidence_does_not_break_the_rule(empty: Home) -> None:
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    with empty.writing("test") as writer:
        writer.load([dataset("offen", [LEADS])])
        writer.update(
            f"""INSERT DATA {{ GRAPH <{GRAPH.evidence}> {{ <urn:s> a <{ZG.Statement}> ; <{rdf}subject> [] ;
            <{rdf}predicate> "kein" ; <{rdf}object> <urn:o> , 1 ; <{ZG.inDataset}> "x" , <{ID["dataset/offen"]}> ;
            <{ZG.visibility}> "geheim" }} }}"""
        )
        writer.rebuild()
        writer.load([dataset("offen", [LEADS, NAMED])])
    assert _public(empty).ask(f"ASK {{ {INVOLVES} }}")


# Whatever is internal: the public edition has the same bytes as if it did not exist.

THINGS = [ID[f"project/{n}"] for n in "ab"] + [ID["territory/t"]]
OBJECTS = [*THINGS, CHAMBER, ID["actor/b"]]
triples = st.one_of(
    st.tuples(
        st.sampled_from(THINGS), st.sampled_from([ZG.ledBy, ZG.partner, ZG.within]), st.sampled_from(OBJECTS)
    ),
    st.tuples(
        st.sampled_from(THINGS),
        st.just(SKOS.prefLabel),
        st.sampled_from([Literal("eins", lang="de"), Literal("eins zwei", lang="de"), Literal("01")]),
    ),
)
statements = st.lists(triples, min_size=1, max_size=4, unique=True)
titles = st.sampled_from(["", "Teil eins", "Teil zwei"])
Step = Callable[[Writer], object]


@st.composite
def public_loads(draw: st.DrawFn) -> tuple[str, Step, Step]:
    """A public dataset with statements kept back, and the same without them."""
    name, said, title = draw(st.sampled_from("xyz")), draw(statements), draw(titles)
    back = draw(st.lists(triples, max_size=2, unique=True))
    said = [triple for triple in said if triple not in back]
    whole, open_part = dataset(name, said, withheld=back, section=title), dataset(name, said, section=title)
    # A title of a passage that a withheld statement alone rests on is in neither: sections name what stands there.
    return "public", lambda writer: writer.load([whole]), lambda writer: writer.load([open_part])


@st.composite
def internal_loads(draw: st.DrawFn) -> tuple[str, Step, None]:
    """A dataset that nobody may see, speaking of the same things and passages."""
    visibility, status = draw(
        st.sampled_from([("internal", "checked"), ("body", "accepted"), ("public", "rejected")])
    )
    made = dataset(draw(st.sampled_from("pq")), draw(statements), visibility, status, section="Geheim")
    return "internal", lambda writer: writer.load([made]), None


GRAPHS = [
    None,
    *(str(GRAPH[f"source/{name}"]) for name in "xyzp"),
    *(str(GRAPH[name]) for name in ("evidence", "catalogue", "inferred", "judgements", "ontology")),
    "urn:fremd",
]
NODES = [
    *THINGS,
    ID["dataset/x"],
    ID["evidence/vorlage-10-17"],
    ID["selector/vorlage-10-17"],
    ID["snapshot/vorlage"],
]


@st.composite
def raw_writes(draw: st.DrawFn) -> tuple[str, Step, None]:
    """Something added raw anywhere, or a derived graph broken."""
    graph, node = draw(st.sampled_from(GRAPHS)), draw(st.sampled_from(NODES))
    value = draw(st.sampled_from(['"geheim"', "<urn:geheim>", "_:b", "[ <urn:p> _:b ]"]))
    text = f"<{node}> <{draw(st.sampled_from([ZG.ledBy, ZG.sectionTitle, ZG.evidencedBy]))}> {value} ."
    data = f"GRAPH <{graph}> {{ {text} }}" if graph else text
    request = draw(
        st.sampled_from(
            [
                f"INSERT DATA {{ {data} }}",
                f"INSERT DATA {{ {data} }}",
                "CLEAR DEFAULT",
                f"DROP SILENT GRAPH <{GRAPH.inferred}>",
                "CREATE SILENT GRAPH <urn:leer>",
                f"INSERT {{ GRAPH <urn:kopie> {{ ?s ?p ?o }} }} WHERE {{ GRAPH <{GRAPH['source/x']}> {{ ?s ?p ?o }} }}",
            ]
        )
    )
    return "raw", lambda writer: writer.update(request), None


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(
    st.lists(st.one_of(public_loads(), internal_loads(), raw_writes()), min_size=1, max_size=6), st.booleans()
)
def test_internal_material_changes_no_byte_of_the_public_edition(
    steps: list[tuple[str, Step, Step | None]], rebuild: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with_it, without = Home(Path(folder) / "with"), Home(Path(folder) / "without")
        for home in (with_it, without):
            with home.writing("test") as writer:
                writer.publish(even_empty=True)
                for _, step, open_part in steps:
                    if home is with_it:
                        step(writer)
                    elif open_part:
                        open_part(writer)
                # What was written raw may be published by a rebuild: that is what it is for.
                if rebuild and all(kind != "raw" for kind, *_ in steps):
                    writer.rebuild()
        assert with_it.public.dump.read_text() == without.public.dump.read_text()
        assert with_it.public.fingerprint == without.public.fingerprint
        _whole(with_it)


def _whole(home: Home) -> None:
    """The public store and its file hold the same, and no graph is there but for its quads."""
    store, file = home.public.read().inner, home.public.dump
    quads = set(ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS))
    assert set(store) == quads
    named = {q.graph_name for q in quads if isinstance(q.graph_name, ox.NamedNode)}
    assert set(store.named_graphs()) == named


TAKEN = st.sampled_from(
    [
        f"DROP SILENT GRAPH <{GRAPH['source/x']}>",
        f"DELETE WHERE {{ GRAPH <{GRAPH.evidence}> {{ ?s <{ZG.evidencedBy}> ?o }} }}",
        f"DELETE WHERE {{ GRAPH <{GRAPH['source/y']}> {{ ?s <{ZG.ledBy}> ?o }} }}",
        f"DELETE WHERE {{ GRAPH <{GRAPH.catalogue}> {{ <{ID['dataset/x']}> ?p ?o }} }}",
        f"INSERT DATA {{ GRAPH <{GRAPH.catalogue}> {{ <{ID['dataset/y']}> <{ZG.visibility}> <urn:geheim> }} }}",
        f"INSERT DATA {{ GRAPH <{GRAPH.catalogue}> {{ <{ID['dataset/x']}> <{ZG.reviewStatus}> "
        f"<{ID['code/review-status/rejected']}> }} }}",
        f"INSERT {{ GRAPH <{GRAPH.evidence}> {{ ?s <{ZG.visibility}> <{ID['code/visibility/body']}> }} }} "
        f"WHERE {{ GRAPH <{GRAPH.evidence}> {{ ?s a <{ZG.Statement}> }} }}",
        "DROP ALL",
    ]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from("xy"), statements), min_size=1, max_size=3),
    st.lists(TAKEN, min_size=1, max_size=2),
)
def test_what_a_raw_write_takes_away_or_hides_is_gone_when_it_returns(
    public: list[tuple[str, list[Triple]]], requests: list[str]
) -> None:
    """Afterwards the public edition is what a rebuild would publish: nothing was added raw."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "data")
        with home.writing("test") as writer:
            writer.load([dataset(name, said) for name, said in dict(public).items()])
            for request in requests:
                writer.update(request)
                _whole(home)
                seen = home.public.dump.read_text()
                assert "urn:geheim" not in seen
            writer.rebuild()
        assert home.public.dump.read_text() == seen
