"""The order of joins: whatever it is, the solutions are the same; what is no plain pattern stays byte for byte."""

from collections import Counter
from collections.abc import Iterator
from unittest.mock import patch

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.sparql import order
from api.sparql.order import Pattern, Statistics, ordered

PROLOGUE = "PREFIX e: <urn:wrong:> PREFIX e: <urn:e:> "
NODES = [f"urn:e:n{n}" for n in range(4)]
PROPERTIES = [f"urn:e:p{n}" for n in range(3)]
ODD = '"a . ?x } { \\" ; OPTIONAL"@de'
VALUES = [*(f"<{node}>" for node in NODES), ODD, '"1"^^<urn:e:}>'.replace("}", "t")]


def graph(triples: list[tuple[str, str, str]]) -> ox.Store:
    store = ox.Store()
    store.load("".join(f"<{s}> <{p}> {o} .\n" for s, p, o in triples).encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def solutions(store: ox.Store, text: str) -> Counter[str]:
    found = store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    names = found.variables
    return Counter(str([(v, row[v]) for v in names]) for row in found)


def backwards(patterns: list[Pattern], *_: object) -> list[Pattern]:
    return patterns[::-1]


@pytest.fixture(autouse=True, scope="module")
def eager() -> Iterator[None]:
    """Small graphs count as well."""
    with patch.object(order, "WORTH", 0), patch.object(order, "GAIN", float("inf")):
        yield


STORE = graph([(s, p, f"<{o}>") for s in NODES for p in PROPERTIES for o in NODES])
KNOWN = Statistics.of(STORE)


def reversed_(text: str) -> str:
    with patch.object(order, "_better", backwards):
        return ordered(PROLOGUE + text, KNOWN).removeprefix(PROLOGUE)


TRIPLES = st.lists(
    st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), st.sampled_from(VALUES)), max_size=12
)
VARIABLE = st.sampled_from(["?a", "?b", "$c", "?d"])
SUBJECT = VARIABLE | st.sampled_from(["e:n1", "<urn:e:n2>"])
VERB = st.sampled_from(["e:p0", "<urn:e:p1>", "e:p2", "?p"])
OBJECT = VARIABLE | st.sampled_from(["e:n1", "<urn:e:n2>", '"1"^^e:t', ODD])
SPACE = st.sampled_from([" ", "\n", " # a . ?x { } ;\n", "\t"])
END = st.sampled_from([".", " .", " ."])


@st.composite
def sentences(draw: st.DrawFn) -> str:
    space = draw(SPACE)
    verbs = [
        f"{draw(VERB)}{space}{f' ,{space}'.join(draw(st.lists(OBJECT, min_size=1, max_size=2)))}"
        for _ in range(draw(st.integers(1, 2)))
    ]
    return f"{draw(SUBJECT)} {f' ;{space}'.join(verbs)}"


@st.composite
def runs(draw: st.DrawFn) -> str:
    return draw(SPACE).join([f"{sentence} ." for sentence in draw(st.lists(sentences(), max_size=3))])


@st.composite
def patterns(draw: st.DrawFn, depth: int = 2) -> str:
    run = draw(runs())
    if not depth:
        return run
    inner, other = draw(patterns(depth - 1)), draw(runs())
    return run + draw(
        st.sampled_from(
            [
                "",
                f" OPTIONAL {{ {inner} }}",
                f" {{ {inner} }} UNION {{ {other} }}",
                f' FILTER(BOUND(?a) || "}} . {{" != STR(?b)) {other}',
                f" FILTER NOT EXISTS {{ {inner} }} {other}",
                f" MINUS {{ {inner} }}",
                f" BIND(<urn:e:n1> AS ?x) {other}",
                f" VALUES ?a {{ e:n0 e:n1 e:n2 }} {other}",
                f" {{ SELECT ?a {{ {inner} }} }}",
                f" GRAPH ?g {{ {inner} }}",
            ]
        )
    )


@settings(deadline=None, max_examples=400)
@given(TRIPLES, patterns(), st.sampled_from(["SELECT *", "SELECT DISTINCT ?a", "SELECT (COUNT(*) AS ?n)"]))
def test_the_solutions_are_the_same_in_every_order(
    triples: list[tuple[str, str, str]], pattern: str, head: str
) -> None:
    store, text = graph(triples), f"{PROLOGUE}{head} {{ {pattern} }}"
    expected = solutions(store, text)
    assert solutions(store, ordered(text, Statistics.of(store))) == expected
    with patch.object(order, "_better", backwards):
        assert solutions(store, ordered(text, KNOWN)) == expected


RUN = "?a e:p0 ?b . ?b e:p1 ?c . ?c e:p2 ?d . "
TURNED = "?c e:p2 ?d . ?b e:p1 ?c . ?a e:p0 ?b . "


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"SELECT * {{ {RUN}}}", f"SELECT * {{ {TURNED}}}"),
        (f"CONSTRUCT {{ {RUN}}} WHERE {{ {RUN}}}", f"CONSTRUCT {{ {RUN}}} WHERE {{ {TURNED}}}"),
        (f"CONSTRUCT {{}} {{ {RUN}}}", f"CONSTRUCT {{}} {{ {TURNED}}}"),
        (f"SELECT * {{ {RUN}}} ORDER BY ?a LIMIT 3", f"SELECT * {{ {TURNED}}} ORDER BY ?a LIMIT 3"),
        (f'SELECT * {{ FILTER(?a!="}}") {RUN}}}', f'SELECT * {{ FILTER(?a!="}}") {TURNED}}}'),
        (
            f"ASK {{ {RUN}GRAPH e:g {{ {RUN}}} }}",
            f"ASK {{ {TURNED} GRAPH e:g {{ {RUN}}} }}".replace("  ", " "),
        ),
        (
            f"ASK {{ {RUN}FILTER NOT EXISTS {{ OPTIONAL {{ {RUN}}} }} }}",
            f"ASK {{ {TURNED}FILTER NOT EXISTS {{ OPTIONAL {{ {RUN}}} }} }}",
        ),
        ("ASK { ?a e:p0 ?b , e:n1 ; e:p1 1.5 # . }\n }", "ASK { ?a e:p1 1.5 . ?a e:p0 e:n1 . ?a e:p0 ?b . }"),
    ],
)
def test_runs_of_plain_patterns_are_put_in_order(before: str, after: str) -> None:
    squeezed = [" ".join(text.split("# . }\n")[0].split()) for text in (reversed_(before), after)]
    assert squeezed[0].rstrip(" }") == squeezed[1].rstrip(" }")
    STORE.query(PROLOGUE + reversed_(before))


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ {RUN}}} LIMIT 3",
        f"SELECT * {{ {RUN}}} OFFSET 3",
        f"SELECT * {{ {{ SELECT * {{ {RUN}}} LIMIT 3 }} }} ORDER BY ?a",
        f"SELECT (SAMPLE(?a) AS ?x) {{ {RUN}}}",
        f"SELECT (GROUP_CONCAT(?a; separator=', ') AS ?x) {{ {RUN}}}",
        f"SELECT REDUCED ?a {{ {RUN}}}",
        f"SELECT * FROM e:g {{ {RUN}}}",
        f"CONSTRUCT WHERE {{ {RUN}}}",
        f"CONSTRUCT {{ {RUN}}} WHERE {{ ?a e:p0 ?b }}",
        "SELECT * { ?a e:p0/e:p1 ?b . ?b e:p1 ?c . ?c e:p2 ?d }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1* ?c . ?c e:p2 ?d . ?d e:p0 ?e . ?e e:p1 ?f }",
        "SELECT * { ?a e:p0 ?b . ?b (e:p1) ?c . ?c e:p2 ?d . ?d e:p0 ?e }",
        "SELECT * { ?a e:p0 _:b . _:b e:p1 ?c . ?c e:p2 ?d }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1 [ e:p2 ?d ; e:p1 ?e ; e:p0 ?f ] . }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1 (1 2 3) ; e:p1 ?e ; e:p0 ?f . }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1 ?c . ?c e:p2 ?d {| e:p0 ?z |} }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1 ?c . ?c e:p2 ?d ~ ?r . }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1 ?c . ?c e:p2 << ?x e:p0 ?y >> . }",
        "SELECT * { ?a e:p0 ?b . ?b e:unknown ?c . ?c e:p2 ?d }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1 ?c }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1 . ?c e:p2 ?d . ?d e:p1 ?c }",
        "SELECT * { ?a e:p0 ?b . . ?b e:p1 ?c . ?c e:p2 ?d }",
        "SELECT * { ?a e:p0 ?b , . ?b e:p1 ?c . ?c e:p2 ?d }",
        "SELECT * { ?a e:p0 ?b . ?b e:p1 ?c . ?c e:p2 e:a\\#b }\n . ?a e:p0 ?z }",
        'SELECT * { ?a e:p0 ?b . ?b e:p1 ?c . ?c e:p2 "x }',
        f"SELECT * {{ ?a e:p0 '{RUN}{RUN}' }}",
        f'SELECT * {{ ?a e:p0 """ " {{ {RUN}}} """ }}',
        f"SELECT * {{ ?a e:p0 ?b # {{ {RUN}}}\n }}",
    ],
)
def test_what_may_not_be_reordered_stays_byte_for_byte(text: str) -> None:
    assert reversed_(text) == text


@settings(deadline=None, max_examples=400)
@given(
    st.lists(
        st.sampled_from([*RUN.split(), *"{}()[];,.", "a", '"', "'", "<", "#", "\n", "\\", "FILTER", "|"])
    )
)
def test_a_wrong_text_never_becomes_a_right_one(pieces: list[str]) -> None:
    text = f"{PROLOGUE}SELECT * {{ {RUN}{' '.join(pieces)} }}"
    try:
        STORE.query(text)
    except (SyntaxError, ValueError):
        with patch.object(order, "_better", backwards), pytest.raises((SyntaxError, ValueError)):
            STORE.query(ordered(text, KNOWN))


def test_the_smallest_part_comes_first_and_the_engine_follows() -> None:
    """Many themes of few measures: what is bound by the rarer property is joined before what is bound by a theme."""
    many = [(f"urn:m{n}", "urn:e:p0", f"<urn:t{n % 3}>") for n in range(300)]
    rare = [(f"urn:m{n}", "urn:e:p1", f"<urn:a{n % 150}>") for n in range(300)]
    text = f"{PROLOGUE}SELECT * {{ ?x e:p0 ?t ; e:p1 ?l . ?y e:p0 ?t ; e:p1 ?l }}"
    better = ordered(text, Statistics.of(graph(many + rare)))
    assert better.index("?y e:p1 ?l") < better.index("?y e:p0 ?t")
    assert better.index("?x") < better.index("?y")


def test_within_an_optional_part_what_is_known_around_it_comes_first() -> None:
    triples = [(f"urn:m{n}", f"urn:e:p{k}", f"<urn:m{n % 7 + k}>") for n in range(200) for k in range(3)]
    text = f"{PROLOGUE}SELECT * {{ ?m e:p0 ?x OPTIONAL {{ ?c e:p2 ?d . ?b e:p1 ?c . ?m e:p0 ?b . }} }}"
    inner = ordered(text, Statistics.of(graph(triples))).partition("OPTIONAL")[2]
    assert inner.index("?m e:p0 ?b") < inner.index("?b e:p1 ?c") < inner.index("?c e:p2 ?d")
