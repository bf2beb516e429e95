"""The invented county of tests/data/pictures.ttl, as a store and as a service, for the tests of pictures."""

from pathlib import Path

import pyoxigraph as ox

from api.service import Service, Shown
from graph.store import Store
from ontology.namespaces import GRAPH, ID

DATA = Path(__file__).parent / "data" / "pictures.ttl"
PREFIXES = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix id: <https://w3id.org/zukunftsgraph/id/> .
@prefix theme: <https://w3id.org/zukunftsgraph/id/theme/> .
@prefix state: <https://w3id.org/zukunftsgraph/id/code/state/> .
@prefix kind: <https://w3id.org/zukunftsgraph/id/code/budget-kind/> .
@prefix zg: <https://w3id.org/zukunftsgraph/def#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix oa: <http://www.w3.org/ns/oa#> .
"""
THEMES = """
theme:digitalisierung a skos:Concept ; skos:prefLabel "Digitales"@de, "Digital"@en .
theme:fachkraefte a skos:Concept ; skos:prefLabel "Fachkräfte"@de, "Skilled workers"@en .
"""
CODES = """
state:idea skos:prefLabel "Idee"@de, "idea"@en . state:running skos:prefLabel "läuft"@de, "running"@en .
state:completed skos:prefLabel "abgeschlossen"@de, "completed"@en .
state:planned skos:prefLabel "geplant"@de, "planned"@en .
kind:available skos:prefLabel "verfügbar"@de . kind:needed skos:prefLabel "benötigt"@de .
kind:planned skos:prefLabel "geplant"@de . kind:carried-over skos:prefLabel "übertragen"@de .
zg:advises skos:prefLabel "berät"@de . zg:steers skos:prefLabel "steuert"@de .
zg:ledBy skos:prefLabel "federführend"@de .
<https://w3id.org/zukunftsgraph/id/code/role/chair> skos:prefLabel "Vorsitz"@de .
"""
EVIDENCE = """
<https://w3id.org/zukunftsgraph/id/snapshot/vorlage> a zg:TextSnapshot ;
    zg:snapshotOf <https://w3id.org/zukunftsgraph/id/document/vorlage> .
<https://w3id.org/zukunftsgraph/id/statement/1> a zg:Statement ;
    rdf:subject <https://w3id.org/zukunftsgraph/id/project/portal> ;
    rdf:predicate zg:inActionField ; rdf:object <https://w3id.org/zukunftsgraph/id/action-field/digital> ;
    zg:evidencedBy <https://w3id.org/zukunftsgraph/id/evidence/1> ;
    zg:method <https://w3id.org/zukunftsgraph/id/code/method/asserted> ; zg:confidence 1.0 .
<https://w3id.org/zukunftsgraph/id/statement/2> a zg:Statement ;
    rdf:subject <https://w3id.org/zukunftsgraph/id/project/portal> ;
    rdf:predicate zg:sequence ; rdf:object 1 ; zg:evidencedBy <https://w3id.org/zukunftsgraph/id/evidence/1> ;
    zg:method <https://w3id.org/zukunftsgraph/id/code/method/asserted> ; zg:confidence 1.0 .
<https://w3id.org/zukunftsgraph/id/statement/3> a zg:Statement ;
    rdf:subject <https://w3id.org/zukunftsgraph/id/project/schule> ;
    rdf:predicate zg:sequence ; rdf:object 3 ; zg:evidencedBy <https://w3id.org/zukunftsgraph/id/evidence/1> ;
    zg:method <https://w3id.org/zukunftsgraph/id/code/method/assigned> ; zg:confidence 1.0 .
<https://w3id.org/zukunftsgraph/id/evidence/1> a zg:Evidence ;
    oa:hasSource <https://w3id.org/zukunftsgraph/id/snapshot/vorlage> ;
    oa:hasSelector <https://w3id.org/zukunftsgraph/id/selector/1> ; zg:sectionTitle "2 Projekte" .
<https://w3id.org/zukunftsgraph/id/selector/1> a oa:TextPositionSelector ; oa:start 100 ; oa:end 160 .
"""


def iri(name: str) -> str:
    """The address of a thing by its short name."""
    return str(ID[name])


def store_of(*changes: tuple[str, str]) -> Store:
    """The county; each change replaces one text of the file by another."""
    facts = DATA.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in facts, old
        facts = facts.replace(old, new)
    inner = ox.Store()
    inner.load(facts.encode(), format=ox.RdfFormat.TURTLE)
    document = (
        '<https://w3id.org/zukunftsgraph/id/document/vorlage> a zg:Document ; skos:prefLabel "Vorlage 1"@de .'
    )
    inner.load((PREFIXES + document).encode(), format=ox.RdfFormat.TURTLE)
    for graph, text in (("themes", THEMES), ("ontology", CODES), ("evidence", EVIDENCE)):
        inner.load(
            (PREFIXES + text).encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(str(GRAPH[graph]))
        )
    return Store(inner)


def service() -> Service:
    """The service on the county."""
    store = store_of()
    shown = Shown(
        open_store=lambda: store,
        state=lambda: "1",
        overlaps=lambda district, circle: [],
        overlap=lambda identity: None,
    )
    return Service(public=shown, internal=shown, district="08118", version="0.1.0")
