"""The reference data: all 400 districts of Germany, the states, three planning regions, and who touches whom.

A district is two resources: the authority (`zg:TerritorialAuthority`) and the area it administers
(`zg:Territory`). Origins and licences stand in `NOTICE` and in the descriptions of the three datasets.
"""

import csv
import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, ORG, RDF, SKOS, XSD

from graph.dataset import Dataset
from ontology.namespaces import ID, ZG

EISENACH, WARTBURGKREIS = "16056", "16063"
"""Eisenach joined the Wartburgkreis on 1 July 2021: 401 districts of 2018 are 400 today."""
CITY_TYPES = {"Kreisfreie Stadt", "Stadtkreis"}
SELF_EXPLAINING = re.compile(r"kreis$|^(Region|Regionalverband|Städteregion) ", re.IGNORECASE)
"""Names that say themselves what they are: Rems-Murr-Kreis, Region Hannover."""
TRANSLITERATION = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

SOURCES = {
    "kreise-deutschland": (
        "Kreise und kreisfreie Städte in Deutschland",
        "Counties and independent cities of Germany",
        "https://creativecommons.org/licenses/by/4.0/",
        "Statistisches Bundesamt, Gebietsstand und Bevölkerung 31.12.2018, fortgeschrieben auf 400 Kreise (2021)",
    ),
    "nachbarschaft-der-kreise": (
        "Nachbarschaft der Kreise",
        "Adjacency of counties",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "aus gemeinsamen Grenzen berechnet; sehr kurze Grenzen können fehlen",
    ),
    "planungsregionen": (
        "Länder und Planungsregionen",
        "States and planning regions",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        "Regionen nach § 31 Landesplanungsgesetz Baden-Württemberg",
    ),
}


def kebab(label: str) -> str:
    """The ASCII kebab form of a label: „Rems-Murr-Kreis“ gives `rems-murr-kreis`."""
    plain = unicodedata.normalize("NFKD", label.lower().translate(TRANSLITERATION))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def reference_datasets() -> list[Dataset]:
    """The three reference datasets; their evidence is the dataset's own source, not a passage."""
    contents = (_districts(), _adjacency(), _states_and_regions())
    return [_dataset(slug, graph) for slug, graph in zip(SOURCES, contents, strict=True)]


def _dataset(slug: str, statements: Graph) -> Dataset:
    german, english, licence, origin = SOURCES[slug]
    dataset, description = ID[f"dataset/{slug}"], Graph()
    description.add((dataset, RDF.type, ZG.Dataset))
    description.add((dataset, DCTERMS.title, Literal(german, lang="de")))
    description.add((dataset, DCTERMS.title, Literal(english, lang="en")))
    description.add((dataset, DCTERMS.license, URIRef(licence)))
    description.add((dataset, DCTERMS.provenance, Literal(origin, lang="de")))
    description.add((dataset, ZG.reviewStatus, ID["code/review-status/checked"]))
    description.add((dataset, ZG.visibility, ID["code/visibility/public"]))
    return Dataset(dataset, statements, Graph(), description, file=f"{slug} (Referenzdaten)")


def _rows(name: str, delimiter: str = ";") -> Iterator[dict[str, str]]:
    text = (files("graph") / "data" / "reference" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(), delimiter=delimiter)


def _districts() -> Graph:
    graph = Graph()
    rows = {row["AGS"]: row for row in _rows("counties.csv")}
    joined = rows.pop(EISENACH)
    for column in ("area_km2", "population"):
        rows[WARTBURGKREIS][column] = str(Decimal(rows[WARTBURGKREIS][column]) + Decimal(joined[column]))
    for ags, row in rows.items():
        name = row["name"].partition(",")[0]
        label = name if SELF_EXPLAINING.search(name) else f"{row['type']} {name}"
        district, territory = ID[f"district/{kebab(label)}-{ags}"], ID[f"territory/{kebab(name)}-{ags}"]
        city = row["type"] in CITY_TYPES
        _authority(graph, district, territory, label, ags, ["county", "municipality"] if city else ["county"])
        graph.add((district, RDF.type, ZG.District))
        for other in {name, f"Stadt {name}" if city else name} - {label}:
            graph.add((district, SKOS.altLabel, Literal(other, lang="de")))
        graph.add((district, ORG.classification, ID[f"code/actor-type/{'city' if city else 'county'}"]))
        _territory(graph, territory, name if city else label, ags, row["NUTS3"])
        graph.add((territory, SKOS.exactMatch, _geocode("districtKey", ags)))
        graph.add((territory, ZG.within, _state_territory(ags[:2])))
        graph.add((territory, ZG.population, Literal(int(Decimal(row["population"])))))
        graph.add((territory, ZG.areaKm2, Literal(row["area_km2"], datatype=XSD.decimal)))
    return graph


def _adjacency() -> Graph:
    graph, territory = Graph(), _territories_by_ags()
    for row in _rows("adjacency.tsv", "\t"):
        graph.add((territory[row["ags_a"]], ZG.adjacentTo, territory[row["ags_b"]]))
    return graph


def _states_and_regions() -> Graph:
    graph, by_ags = Graph(), _territories_by_ags()
    for row in _rows("states.csv"):
        territory = _state_territory(row["AGS"])
        authority = ID[f"authority/land-{kebab(row['name'])}-{row['AGS']}"]
        _authority(graph, authority, territory, f"Land {row['name']}", row["AGS"], ["state"])
        graph.add((authority, ORG.classification, ID["code/actor-type/state"]))
        _territory(graph, territory, row["name"], row["AGS"], row["NUTS1"])
        graph.add((territory, SKOS.exactMatch, _geocode("stateKey", row["AGS"])))
    for row in _rows("regions.csv"):
        territory, authority = ID[f"territory/{row['territory']}"], ID[f"authority/{row['authority']}"]
        _authority(graph, authority, territory, row["authority_name"], None, ["region"])
        graph.add((authority, ORG.classification, ID["code/actor-type/region"]))
        _territory(graph, territory, row["name"], None, None)
        graph.add((territory, ZG.within, _state_territory(row["state"])))
        for ags in row["districts"].split():
            graph.add((by_ags[ags], ZG.within, territory))
    return graph


def _authority(
    graph: Graph, authority: URIRef, territory: URIRef, label: str, ags: str | None, levels: list[str]
) -> None:
    graph.add((authority, RDF.type, ZG.TerritorialAuthority))
    graph.add((authority, SKOS.prefLabel, Literal(label, lang="de")))
    graph.add((authority, ZG.administers, territory))
    for level in levels:
        graph.add((authority, ZG.level, ID[f"code/level/{level}"]))
    if ags:
        graph.add((authority, ZG.ags, Literal(ags)))


def _territory(graph: Graph, territory: URIRef, label: str, ags: str | None, nuts: str | None) -> None:
    graph.add((territory, RDF.type, ZG.Territory))
    graph.add((territory, SKOS.prefLabel, Literal(label, lang="de")))
    if ags:
        graph.add((territory, ZG.ags, Literal(ags)))
    if nuts:
        graph.add((territory, ZG.nutsCode, Literal(nuts)))
        graph.add((territory, SKOS.exactMatch, URIRef(f"http://data.europa.eu/nuts/code/{nuts}")))


def _geocode(kind: str, key: str) -> URIRef:
    return URIRef(f"http://dcat-ap.de/def/politicalGeocoding/{kind}/{key}")


def _state_territory(ags: str) -> URIRef:
    return ID[f"territory/{kebab(_state_names()[ags])}-{ags}"]


@cache
def _state_names() -> dict[str, str]:
    return {row["AGS"]: row["name"] for row in _rows("states.csv")}


def _territories_by_ags() -> dict[str, URIRef]:
    names = {row["AGS"]: row["name"].partition(",")[0] for row in _rows("counties.csv")}
    return {ags: ID[f"territory/{kebab(name)}-{ags}"] for ags, name in names.items() if ags != EISENACH}
