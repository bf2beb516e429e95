"""From the graph to plain values: everything that can be compared, with its district, its actors and its sources.

Other names of a thing, and the goals and action fields of a strategy, are read as part of its description.

Compared are measures and projects, strategies, needs, and those action fields that stand without a measure although
their strategy says which measure belongs to which field. Whose a thing is, says `zg:ofAuthority` alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from graph.circle import places
from graph.compare.profile import Measure, Source
from graph.compare.words import local_name
from graph.store import Askable, Row
from graph.vocabulary import PREFIXES
from ontology.namespaces import GRAPH, ID

KINDS = (("Strategy", "strategy"), ("Project", "project"), ("Need", "need"), ("Measure", "measure"))
"""Class and kind; of several classes the first counts (a project is a measure as well)."""


FEW = 200
"""Up to so many measures are asked for by name instead of among all."""


def measures(store: Askable, only: Collection[str] = ()) -> list[Measure]:
    """All that can be compared, or of it what is asked for (IRIs), sorted by IRI."""
    kinds = _kinds(store)
    if only:
        kinds = {iri: kinds[iri] for iri in only if iri in kinds}
        if not kinds:
            return []
    known = places(store)
    authorities = _one(store, "?m zg:ofAuthority ?o", kinds)
    titles = _one(store, "?m skos:prefLabel ?o FILTER(LANG(?o) IN ('de', ''))", kinds)
    descriptions = _one(store, "?m dcterms:description ?o FILTER(LANG(?o) IN ('de', ''))", kinds)
    aims = _many(
        store,
        "{ ?m skos:altLabel ?o } UNION { ?m a zg:Strategy ; zg:hasGoal|zg:hasActionField ?g . ?g skos:prefLabel ?o }",
        kinds,
    )
    written = _one(store, "?m zg:fieldAsWritten ?o", kinds)
    fields = _many(store, "?m zg:inActionField|zg:inNeedGroup ?f . ?f skos:prefLabel ?o", kinds)
    periods = _one(store, "?m zg:periodAsWritten ?o", kinds)
    begins = _one(store, "?m zg:begin ?b BIND(STR(?b) AS ?o)", kinds)
    ends = _one(store, "?m zg:end ?e BIND(STR(?e) AS ?o)", kinds)
    actors = _many(store, "?m zg:involves ?a . ?a skos:prefLabel ?o", kinds)
    leads = _many(store, "?m zg:ledBy ?a . ?a skos:prefLabel ?o", kinds)
    codes = {
        name: _many(store, f"?m zg:{name} ?o", kinds) for name in ("hasTheme", "activityType", "beneficiary")
    }
    parts = _many(store, "?m zg:partOf|zg:partOfStrategy ?o", kinds)
    versions = _many(store, "{ ?m zg:continues ?o } UNION { ?o zg:continues ?m }", kinds)
    strategies = _one(store, "?m zg:partOfStrategy ?o", kinds) | _one(
        store, "?o zg:hasActionField ?m . ?o a zg:Strategy", kinds
    )
    strategies |= _one(
        store, "?m zg:identifiedIn ?e . ?e zg:partOf ?p . ?p a zg:StrategyProcess ; zg:produces ?o", kinds
    )
    sources = label_sources(store, kinds)
    found = []
    for iri in sorted(kinds):
        place = known.get(authorities.get(iri, ""))
        measure = Measure(
            iri=iri,
            title=titles.get(iri, local_name(iri)),
            description=" ".join(
                f"{part.rstrip('.')}." for part in (descriptions.get(iri, ""), *aims.get(iri, ())) if part
            ),
            district=place.name if place else "",
            ags=place.ags if place else "",
            authority=place.authority if place else "",
            actors=tuple(actors.get(iri, ())),
            field=written.get(iri) or "; ".join(fields.get(iri, ())),
            period=periods.get(iri) or _period(begins.get(iri, ""), ends.get(iri, "")),
            kind=kinds[iri],
            themes=_codes(codes["hasTheme"].get(iri, ()), "theme/"),
            activities=_codes(codes["activityType"].get(iri, ()), "code/activity-type/"),
            beneficiaries=_codes(codes["beneficiary"].get(iri, ()), "code/beneficiary/"),
            lead=tuple(leads.get(iri, ())),
            part_of=tuple(parts.get(iri, ())),
            strategy=strategies.get(iri, ""),
            same_as=tuple(versions.get(iri, ())),
            sources=tuple(sources.get(iri, ())),
        )
        found.append(
            replace(measure, part_of=(*measure.part_of, measure.strategy)) if measure.strategy else measure
        )
    return found


def _kinds(store: Askable) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for name, kind in KINDS:
        for row in store.select(
            PREFIXES + f"SELECT DISTINCT ?m WHERE {{ ?m a zg:{name} ; zg:ofAuthority ?a }}"
        ):
            kinds.setdefault(str(row["m"]), kind)
    rows = store.select(
        PREFIXES
        + """SELECT DISTINCT ?m WHERE { ?s zg:hasActionField ?m ; zg:hasActionField ?other ; zg:ofAuthority ?a .
            ?x zg:inActionField ?other MINUS { ?y zg:inActionField ?m } }"""
    )
    return kinds | {str(row["m"]): "field" for row in rows}


def _one(store: Askable, pattern: str, kinds: Iterable[str]) -> dict[str, str]:
    return {iri: values[0] for iri, values in _many(store, pattern, kinds).items()}


def _many(store: Askable, pattern: str, kinds: Iterable[str]) -> dict[str, list[str]]:
    wanted, found = set(kinds), defaultdict(list)
    rows = store.select(
        PREFIXES + f"SELECT DISTINCT ?m ?o WHERE {{ {_asked(wanted)} {pattern} }} ORDER BY ?m ?o"
    )
    for row in rows:
        if str(row["m"]) in wanted:
            found[str(row["m"])].append(str(row["o"]))
    return found


def _asked(wanted: Collection[str]) -> str:
    return f"VALUES ?m {{ {' '.join(f'<{iri}>' for iri in sorted(wanted))} }}" if len(wanted) <= FEW else ""


def _codes(iris: Iterable[str], scheme: str) -> tuple[str, ...]:
    return tuple(local_name(iri) for iri in iris if iri.startswith(f"{ID}{scheme}"))


def _period(begin: str, end: str) -> str:
    if begin and end:
        return begin if begin == end else f"{begin}–{end}"
    return f"ab {begin}" if begin else f"bis {end}" if end else ""


def label_sources(store: Askable, wanted: Collection[str]) -> dict[str, list[Source]]:
    """Where each thing's name stands: the passages of its label, else the pages it rests on."""
    rows = store.select(
        PREFIXES
        + f"""SELECT DISTINCT ?m ?name ?section ?start ?end ?document WHERE {{ {_asked(wanted)}
            GRAPH <{GRAPH.evidence}> {{
                ?s rdf:subject ?m ; rdf:predicate skos:prefLabel ; zg:evidencedBy ?e .
                ?e oa:hasSource ?text .
                OPTIONAL {{ ?text zg:snapshotOf ?of }}
                OPTIONAL {{ ?e zg:sectionTitle ?section }}
                OPTIONAL {{ ?e oa:hasSelector ?at . ?at oa:start ?start ; oa:end ?end }} }}
            BIND(COALESCE(?of, ?text) AS ?document)
            OPTIONAL {{ ?document skos:prefLabel ?name FILTER(LANG(?name) IN ("de", "")) }} }}
            ORDER BY ?m ?document ?start"""
    )
    pages = {
        str(row["d"]): str(row["page"])
        for row in store.select(PREFIXES + "SELECT ?d ?page WHERE { ?d foaf:page ?page } ORDER BY ?d ?page")
    }
    found: dict[str, list[Source]] = defaultdict(list)
    for row in rows:
        found[str(row["m"])].append(_source(row, pages))
    return found


def _source(row: Row, pages: dict[str, str]) -> Source:
    document = str(row["document"])
    return Source(
        document=str(row["name"] or document),
        section=str(row["section"] or ""),
        start=int(str(row["start"])) if row["start"] is not None else None,
        end=int(str(row["end"])) if row["end"] is not None else None,
        url=pages.get(document, ""),
        iri=document,
    )
