"""The lexer: what reaches outside of the graph is found, what only looks like it is not; hostile text costs no more."""

import time

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from queries.lexer import Contradiction, form, outline, plain, resolved, substituted, tokens, unloaded, using

HERE = "http://127.0.0.1/sparql"
NOWHERE = "http://127.0.0.1:9/"
"""pyoxigraph refuses this port before it opens anything."""
HARMLESS = [
    '"SERVICE <urn:x> {}"',
    "'SERVICE'",
    '"""SERVICE " "" \\""" SERVICE"""',
    "'''SERVICE ' \\''' LOAD'''",
    "<https://example.org/SERVICE>",
    "<https://example.org/a_(b)_service/LOAD>",
    "service:SERVICE",
    "ex:LOAD",
    "ex:a\\#SERVICE",
    "ex:a.SERVICE",
    ":service",
    "?service",
    "$LOAD",
    "from:from",
    '"a"@service',
    "_:SERVICE",
    "# SERVICE <urn:x> {}\n",
    "# LOAD\r",
]


@pytest.mark.parametrize("term", HARMLESS)
def test_strings_iris_names_variables_and_comments_reach_nowhere(term: str) -> None:
    names = "PREFIX ex: <urn:ex:> PREFIX service: <urn:s:> PREFIX from: <urn:f:> PREFIX : <urn:e:>"
    filler = "1" if term.startswith("#") else ""
    assert not outline(
        f"{names} SELECT * {{ ?s ?p {term} {filler} . GRAPH service:x {{ ?s ?p {term} {filler} }} }}"
    ).refusal
    assert not outline(
        f"{names} INSERT DATA {{ <urn:s> <urn:p> {term} {filler} }} ; CLEAR GRAPH service:load"
    ).refusal


@settings(deadline=None)
@given(st.lists(st.sampled_from(HARMLESS), max_size=6), st.integers(0, 6))
def test_a_service_among_harmless_terms_is_found(terms: list[str], place: int) -> None:
    triples = [f"?s ?p {term}\n{'1' if term.startswith('#') else ''} ." for term in terms]
    assert not outline(f"SELECT * {{ {' '.join(triples)} }}").service
    triples.insert(place, "SERVICE <https://example.org/> { ?s ?p ?o }")
    assert outline(f"SELECT * {{ {' '.join(triples)} }}").service


PIECES = [
    *(
        "SELECT * {",
        "ASK",
        "{",
        "}",
        "SERVICE",
        "service",
        "SERVICE:x",
        ":x",
        f"<{NOWHERE}>",
        "{ ?s ?p ?o }",
        "?s",
        "?p",
    ),
    *(
        "true",
        "1",
        ".",
        ";",
        "GRAPH",
        "OPTIONAL",
        "FILTER(",
        ")",
        "?a<?b",
        "<",
        ">",
        "#",
        "\n",
        "\r",
        "'",
        '"',
        '"""',
        "\\",
    ),
    *(" ", "BIND(", "AS", "SILENT", "UNION", "_:b", "@en", "\\u0053ERVICE"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14))
@example(["{", "SERVICE:x", "{ ?s ?p ?o }", "}"])
@example(["{", "?s", " ", "?p", " ", "true", "SERVICE", ":x", "{ ?s ?p ?o }", "}"])
@example(["{", "FILTER(", "?s", "<", "?p", ")", "SERVICE", ":x", "#", ">", "\n", "{ ?s ?p ?o }", "}"])
@example(["{", "#", "\r", "SERVICE", f"<{NOWHERE}>", "{ ?s ?p ?o }", "}"])
@settings(max_examples=500, deadline=None)
def test_no_text_reaches_out_of_pyoxigraph_unseen(pieces: list[str]) -> None:
    text = plain(f"PREFIX : <{NOWHERE}> PREFIX service: <urn:s:> ASK {''.join(pieces)}")
    try:
        bool(ox.Store().query(text))
    except OSError:
        assert outline(text).service
    except (SyntaxError, RuntimeError):
        pass


def test_codepoint_escapes_count_as_the_characters_they_stand_for() -> None:
    text = plain("\\u0053ELECT ('\\u0041' AS ?\\u00e4) { \\U00000053ERVICE <urn:\\u0078> {} # \\u0041\n}")
    assert text == "SELECT ('\\u0041' AS ?ä) { SERVICE <urn:\\u0078> {} # \\u0041\n}"
    assert outline(text).service
    assert plain("ASK { \\U99999999 }") == "ASK { \\U99999999 }"


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <https://example.org/>",
        "load silent <file:///etc/passwd> into graph <urn:g>",
        "CLEAR ALL ; LOAD<https://example.org/>",
        "PREFIX : <https://example.org/> LOAD:x",
    ],
)
def test_load_is_refused(text: str) -> None:
    assert "LOAD" in outline(text).refusal


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "SELECT * FROM NAMED <FILE:/etc/passwd> { ?s ?p ?o }",
        "BASE <file:///etc/> SELECT * FROM <passwd> { ?s ?p ?o }",
        "PREFIX x: <file:///etc/> ASK FROM x:passwd { ?s ?p ?o }",
        "SELECT * FROM <\\u0066ile:///etc/passwd> { ?s ?p ?o }",
    ],
)
def test_graphs_that_lie_in_files_are_refused(text: str) -> None:
    assert "Graphen" in outline(text, HERE).refusal


def test_the_graphs_of_a_query_are_found_and_resolved() -> None:
    text = """BASE <https://example.org/a/b> # FROM <urn:no>
    PREFIX from: <c#> PREFIX : <urn:e:>
    CONSTRUCT { ?s ?p "FROM <urn:no>" } FROM <d> FROM NAMED from:named FROM from:x\\,y
    WHERE { GRAPH ?g { ?s from:p ?o } { SELECT * { ?s :from ?from } } }"""
    found = outline(text)
    assert found.default == ("https://example.org/a/d", "https://example.org/a/c#x,y")
    assert found.named == ("https://example.org/a/c#named",)
    assert not found.refusal


SEGMENTS = st.lists(st.sampled_from(["a", "b", "..", ".", "", "c:d", "ä"]), max_size=5).map("/".join)
REFERENCES = st.builds(
    lambda start, path, query, fragment: start + path + query + fragment,
    st.sampled_from(["", "/", "//example.com/", "https://example.net/", "urn:x:"]),
    SEGMENTS,
    st.sampled_from(["", "?", "?q/../r"]),
    st.sampled_from(["", "#", "#f/../g"]),
)


@settings(deadline=None)
@given(REFERENCES, st.sampled_from(["http://a/b/c/d?q", "http://a", "http://a/", "https://a/b//c"]))
def test_iris_are_resolved_as_the_engine_resolves_them(reference: str, base: str) -> None:
    try:
        [row] = ox.Store().query(f"SELECT (<{reference}> AS ?iri) {{}}", base_iri=base)  # type: ignore[misc]
    except SyntaxError:
        return
    assert resolved(base, reference) == row["iri"].value


A, B = ox.NamedNode("urn:a"), ox.NamedNode("urn:b")


def changed(text: str) -> set[str]:
    """What stands in a store with one triple in each of two graphs after an update."""
    store = ox.Store()
    store.update(
        "INSERT DATA { <urn:d> <urn:p> 0 GRAPH <urn:a> { <urn:a> <urn:p> 1 } GRAPH <urn:b> { <urn:b> <urn:p> 2 } }"
    )
    store.update(text)
    return {f"{quad.subject.value} {quad.object.value} {quad.graph_name}" for quad in store}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("given_text", "written"),
    [
        (
            "INSERT { ?s <urn:q> ?o } WHERE { ?s ?p ?o }",
            "INSERT { ?s <urn:q> ?o } USING <urn:a> USING NAMED <urn:b> WHERE { ?s ?p ?o }",
        ),
        (
            "DELETE WHERE { ?s ?p ?o GRAPH ?g { ?x ?y ?z } }",
            "DELETE { ?s ?p ?o GRAPH ?g { ?x ?y ?z } } USING <urn:a> USING NAMED <urn:b> "
            "WHERE { ?s ?p ?o GRAPH ?g { ?x ?y ?z } }",
        ),
        (
            "PREFIX where: <urn:> DELETE { ?s ?p ?o } # WHERE\nINSERT { <urn:WHERE> where:p 'WHERE' }"
            " where{{ SELECT * WHERE { ?s ?p ?o } }} ; INSERT DATA { <urn:x> <urn:p> 9 } ; DROP GRAPH <urn:b>",
            "PREFIX where: <urn:> DELETE { ?s ?p ?o } INSERT { <urn:WHERE> where:p 'WHERE' } USING <urn:a> "
            "USING NAMED <urn:b> WHERE {{ SELECT * WHERE { ?s ?p ?o } }} ; INSERT DATA { <urn:x> <urn:p> 9 } ; "
            "DROP GRAPH <urn:b>",
        ),
        (
            "DELETE DATA { <urn:d> <urn:p> 0 } ; CLEAR GRAPH <urn:a>",
            "DELETE DATA { <urn:d> <urn:p> 0 } ; CLEAR GRAPH <urn:a>",
        ),
    ],
)
def test_the_dataset_of_the_protocol_stands_for_using(given_text: str, written: str) -> None:
    assert changed(using(given_text, ["urn:a"], ["urn:b"])) == changed(written)


@pytest.mark.parametrize("clause", ["USING <urn:a>", "using named <urn:a>"])
def test_an_update_that_names_its_graphs_itself_contradicts_the_protocol(clause: str) -> None:
    with pytest.raises(Contradiction):
        using(f"DELETE {{ ?s ?p ?o }} {clause} WHERE {{ ?s ?p ?o }}", ["urn:b"], [])
    with pytest.raises(Contradiction):
        using("WITH <urn:a> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", [], ["urn:b"])
    assert (
        using("INSERT DATA { <urn:USING> <urn:p> 'WITH' }", ["urn:b"], [])
        == "INSERT DATA { <urn:USING> <urn:p> 'WITH' }"
    )


def test_the_form_of_a_query_is_its_first_keyword() -> None:
    assert form("# ASK\nPREFIX select: <urn:ASK> DESCRIBE select:x { SELECT * {} }") == "DESCRIBE"
    assert form("INSERT DATA {}") == ""


@settings(deadline=None)
@given(st.text(alphabet="{}()<>\"'\\#?$@_:.aSERVICE\r\n u0041"))
def test_tokens_stand_in_order_and_hold_their_text(text: str) -> None:
    end = 0
    for token in tokens(text):
        assert end <= token.start < token.end
        assert text[token.start : token.end] == token.text
        end = token.end
    assert substituted(text, {}) == text


@pytest.mark.parametrize(
    "piece",
    [
        *(
            '"',
            "'",
            '\\"',
            '"""\\',
            "''a",
            "<",
            "<a",
            "<\\u0041",
            "a.",
            "a-",
            "a:",
            "a:.",
            "a:%4",
            "a:%41",
            "a:\\.",
            ":.a",
        ),
        *("?", "@a-", "_:a.", "\\u0053", "{", "#", "from ", "PREFIX a: <b> ", "DELETE WHERE {", "service:x{"),
    ],
)
def test_hostile_text_takes_no_longer_than_its_length_warrants(piece: str) -> None:
    text = "service " + piece * (300_000 // len(piece))
    before = time.process_time()
    outline(plain(text), HERE)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("LOAD SILENT <http://example.org/a>", "INSERT DATA {}"),
        (
            "load silent ex:a INTO GRAPH ex:b ; CLEAR DEFAULT # LOAD SILENT <x>",
            "INSERT DATA {} ; CLEAR DEFAULT # LOAD SILENT <x>",
        ),
        ("CLEAR ALL; LOAD # why\n SILENT <a>;LOAD SILENT <b>", "CLEAR ALL; INSERT DATA {};INSERT DATA {}"),
        ("LOAD <a>; INSERT DATA { <a> <b> 'LOAD SILENT <c>' }", None),
        ("INSERT { ?s ?p ?o } WHERE { LOAD SILENT <a> }", None),
        ("LOAD SILENT 'a'", None),
    ],
)
def test_a_silent_load_is_an_operation_that_does_nothing(text: str, without: str | None) -> None:
    assert unloaded(text) == (text if without is None else without)


def test_what_no_engine_looks_up_may_name_a_graph() -> None:
    assert not outline("SELECT * FROM <base:g1> FROM NAMED <ftp://example.org/a> { ?s ?p ?o }").refusal
