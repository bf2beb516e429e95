"""What things are called: the names of any IRIs in the language in force, whichever graph has them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from graph.language import _, best
from graph.store import Askable, is_iri
from graph.vocabulary import FOREIGN, PREFIXES

GRAPHS = ("graph:themes", "graph:ontology", "graph:catalogue", "graph:evidence")
"""Where names stand besides the default graph: of themes, of terms and codes, of datasets, of documents."""
AT_ONCE = 500
"""IRIs in one query."""


def labels(store: Askable, iris: Iterable[str]) -> dict[str, str]:
    """The names of those IRIs that have one, in the language in force, else in German, else in any."""
    asked = sorted({iri for iri in iris if iri and is_iri(iri)})
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for first in range(0, len(asked), AT_ONCE):
        for iri, language, name in _named(store, asked[first : first + AT_ONCE]):
            found[iri].setdefault(language, name)
    named = {iri: best(names) for iri, names in found.items()}
    return {iri: _(FOREIGN[iri]) for iri in asked if iri in FOREIGN} | named


def things_below(store: Askable, base: str, most: int) -> list[tuple[str, str]]:
    """The things whose IRI begins with `base`, with their names, in the order of these; none if more than `most`.

    Raises ValueError for a base that is no beginning of an IRI.
    """
    if not is_iri(base):
        raise ValueError(f"not an IRI: {base!r}")
    # A thing without a name in the default graph may have one in another; both are looked through by the names.
    named: dict[str, dict[str, str]] = defaultdict(dict)
    pattern = f'?x skos:prefLabel ?label FILTER(STRSTARTS(STR(?x), "{base}"))'
    for row in store.select(
        PREFIXES
        + f"""SELECT ?x ?label (LANG(?label) AS ?language) WHERE {{
            {{ {pattern} }} UNION {{ VALUES ?g {{ {" ".join(GRAPHS[:3])} }} GRAPH ?g {{ {pattern} }} }}
        }} ORDER BY ?x ?label"""
    ):
        named[str(row["x"])].setdefault(str(row["language"]), str(row["label"]))
        if len(named) > most:
            return []
    return sorted(
        ((iri, best(names)) for iri, names in named.items()), key=lambda pair: (pair[1].casefold(), pair)
    )


def _named(store: Askable, iris: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """IRI, language and name; preferred names before others."""
    each = " ".join(f"<{iri}>" for iri in iris)
    for property_ in ("skos:prefLabel", "rdfs:label", "dcterms:title"):
        pattern = f"VALUES ?x {{ {each} }} ?x {property_} ?label"
        rows = store.select(
            PREFIXES
            + f"""SELECT ?x ?label (LANG(?label) AS ?language) WHERE {{
                {{ {pattern} }} UNION {{ VALUES ?g {{ {" ".join(GRAPHS)} }} GRAPH ?g {{ {pattern} }} }}
            }} ORDER BY ?x ?label"""
        )
        for row in rows:
            yield str(row["x"]), str(row["language"]), str(row["label"])
