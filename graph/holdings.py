"""The datasets that an edition holds: under which licence, from which day, how large, resting on how many sources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from graph.dataset import source_graph
from graph.language import N_, best
from graph.news import dated_datasets
from graph.store import Askable
from graph.vocabulary import PREFIXES

OWN_LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"
"""Of a dataset without one of its own, as of all that is ours."""
LICENCES = {
    OWN_LICENCE: "CC0 1.0",
    "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
    "http://dcat-ap.de/def/licenses/cc-zero": "CC0 1.0",
    "http://dcat-ap.de/def/licenses/cc-by/4.0": "CC BY 4.0",
    "http://dcat-ap.de/def/licenses/dl-zero-de/2.0": "dl-de/zero-2.0",
    "http://dcat-ap.de/def/licenses/dl-by-de/2.0": "dl-de/by-2.0",
}
"""What licences are called for short."""
CHECKED = {
    "accepted": N_("angenommen"),
    "checked": N_("geprüft"),
    "rejected": N_("verworfen"),
    "unchecked": N_("ungeprüft"),
}


@dataclass(frozen=True)
class Holding:
    """A dataset. `day` is that of its source, as exact as it is known; empty is unknown."""

    iri: str
    title: str
    day: str
    licence: str
    """Its own licence (IRI), or that of all our data."""
    own_licence: bool
    provenance: str
    """Whom to name, if the dataset says so."""
    checked: str
    statements: int
    sources: int
    """Documents that its statements rest on; 0 where it is a source itself."""

    @property
    def licence_name(self) -> str:
        """The licence as people know it."""
        return LICENCES.get(self.licence, self.licence)


@dataclass
class _Said:
    """What the catalogue says of a dataset."""

    licence: str = ""
    checked: str = ""
    provenance: dict[str, str] = field(default_factory=dict)


def holdings(store: Askable) -> list[Holding]:
    """The datasets by title."""
    dated = dated_datasets(store)
    said = _catalogue(store)
    sizes, sources = _sizes(store), _sources(store)
    found = [
        Holding(
            iri=dataset.iri,
            title=dataset.title,
            day=dataset.day,
            licence=about.licence or OWN_LICENCE,
            own_licence=bool(about.licence),
            provenance=best(about.provenance),
            checked=CHECKED.get(about.checked, about.checked),
            statements=sizes.get(str(source_graph(dataset.iri)), 0),
            sources=sources.get(dataset.iri, 0),
        )
        for dataset in dated
        for about in (said.get(dataset.iri, _Said()),)
    ]
    return sorted(found, key=lambda holding: (holding.title.casefold(), holding.iri))


def total(found: Iterable[Holding]) -> int:
    """The statements of all together, each counted in every dataset that makes it."""
    return sum(holding.statements for holding in found)


def _catalogue(store: Askable) -> Mapping[str, _Said]:
    found: dict[str, _Said] = {}
    for row in store.select(
        PREFIXES
        + """SELECT ?dataset ?p (STR(?o) AS ?text) (LANG(?o) AS ?language) WHERE { GRAPH graph:catalogue {
            VALUES ?p { dcterms:license zg:reviewStatus dcterms:provenance }
            ?dataset a zg:Dataset ; ?p ?o } } ORDER BY ?dataset ?p ?text"""
    ):
        about, text = found.setdefault(str(row["dataset"]), _Said()), str(row["text"])
        name = str(row["p"]).replace("#", "/").rsplit("/", 1)[-1]
        if name == "license":
            about.licence = about.licence or text
        elif name == "provenance":
            about.provenance.setdefault(str(row["language"] or ""), text)
        else:
            about.checked = text.rsplit("/", 1)[-1]
    return found


def _sizes(store: Askable) -> dict[str, int]:
    """Graph → how many statements it has."""
    rows = store.select("SELECT ?g (COUNT(*) AS ?count) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    return {str(row["g"]): int(str(row["count"])) for row in rows}


def _sources(store: Askable) -> dict[str, int]:
    """Dataset → how many documents its statements rest on."""
    rows = store.select(
        PREFIXES
        + """SELECT ?dataset (COUNT(DISTINCT ?document) AS ?count) WHERE { GRAPH graph:evidence {
            ?statement zg:inDataset ?dataset ; zg:evidencedBy ?passage . ?passage oa:hasSource ?in .
            OPTIONAL { ?in zg:snapshotOf ?of } BIND(COALESCE(?of, ?in) AS ?document) } } GROUP BY ?dataset"""
    )
    return {str(row["dataset"]): int(str(row["count"])) for row in rows}
