"""Changes of the crosswalk: a field is mapped to a theme, or a mapping is withdrawn, by an office, with a reason.

A change is a load of the dataset that holds the mapping: validated, all or nothing, with a journal, in both editions.
A mapping that is withdrawn or replaced keeps its `zg:FieldMapping` and loses its plain triple. What is said of a field
that the public edition does not know goes into a dataset of its own, which is internal. What is said in public rests on
public passages alone, and nothing is published but the change: what somebody wrote raw into a dataset stays internal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD

from graph.crosswalk import RELATIONS, FieldMapping, MappableField, crosswalk, mappable, told
from graph.dataset import Dataset, source_graph
from graph.errors import Fault, InvalidData, Unknown
from graph.evidence import describe_statement
from graph.home import Home, Writer
from graph.store import Askable
from graph.themes import Themes, theme_tree
from graph.validation import require_valid
from graph.verdicts import person_fault
from graph.vocabulary import PREFIXES, local_name, reference
from ontology.namespaces import GRAPH, ID, ZG

OWN, OWN_INTERNAL = "zuordnung-der-handlungsfelder", "zuordnung-der-handlungsfelder-intern"
"""Datasets that take new mappings; the second those of fields that the public edition does not know."""
LONGEST = 500
"""Characters of an office or a reason."""
WAIT = 30
"""Seconds to wait for another writer."""
Fact = tuple[URIRef, URIRef, URIRef | Literal]


@dataclass(frozen=True)
class Edited:
    """A dataset as it will be, and what of it is new: only that is validated and published by a change."""

    dataset: Dataset
    new: Dataset


def assign(
    home: Home, field: str, theme: str, relation: str, by: str, reason: str, on: date, actor: str = "lokal"
) -> FieldMapping:
    """Maps a field to a theme and returns the mapping as it is stored, or the one that says the same already.

    Another relation between the same two is withdrawn in the same change. Raises `Unknown` for a field, theme or
    relation that nobody knows and `InvalidData` for an empty or too long office or reason.
    """
    with home.writing("crosswalk", actor, wait=WAIT) as writer:
        store = home.internal.read()  # as it is: nobody else writes now
        what, theme = _field_named(store, field), _theme_named(theme_tree(store), theme)
        if relation not in RELATIONS:
            raise Unknown("Das Verhältnis", relation, tuple(RELATIONS))
        said, why = _office(store, by), _said(reason, "der Grund (reason)")
        before = [m for m in crosswalk(store).of(what.iri) if m.theme == theme]
        same = next((m for m in before if m.relation == relation and m.iri), None)
        if same and len(before) == 1:
            return same
        public = home.public.read()
        shown = next((f for f in mappable(public) if f.iri == what.iri), None)
        what, slug = shown or what, OWN if shown else OWN_INTERNAL
        changes = _without(store, before, said, f"Ersetzt: {why}", on)
        place = ID[f"dataset/{slug}"]
        target = changes.setdefault(place, _edited(store, place) or _new(slug))
        label = theme_tree(store).label(theme)
        iri = _free(store, f"{local_name(what.iri)}--{local_name(theme)}" + ("" if shown else "--intern"))
        mapping = FieldMapping(
            iri, what.iri, what.label, theme, label, relation, said, on.isoformat(), why,
            what.strategy, what.strategy_label, what.authority_label,
        )  # fmt: skip
        # What is said in public rests on passages that are public: an internal source may name the field as well.
        _tell(target, mapping, _passages(public if shown else store, what.iri))
        _store(writer, store, changes, {iri, *(m.iri for m in before)})
    return told(mapping)


def withdraw(
    home: Home, field: str, theme: str, by: str, reason: str, on: date, actor: str = "lokal"
) -> list[FieldMapping]:
    """Withdraws every mapping between a field and a theme; it stays with date, office and reason of the withdrawal.

    Raises `Unknown` where there is none in force.
    """
    with home.writing("crosswalk", actor, wait=WAIT) as writer:
        store = home.internal.read()  # as it is: nobody else writes now
        what, theme = _field_named(store, field), _theme_named(theme_tree(store), theme)
        said, why = _office(store, by), _said(reason, "der Grund (reason)")
        of_field = crosswalk(store).of(what.iri)
        found = [m for m in of_field if m.theme == theme]
        if not found:
            known = tuple(f"{local_name(what.iri)} {local_name(m.theme)}" for m in of_field)
            raise Unknown("Die Zuordnung", f"{local_name(what.iri)} {local_name(theme)}", known)
        _store(writer, store, _without(store, found, said, why, on), {m.iri for m in found})
    day = on.isoformat()
    gone = (replace(m, withdrawn_on=day, withdrawn_by=said, withdrawal_reason=why) for m in found)
    return [told(mapping) for mapping in gone]


def _store(writer: Writer, store: Askable, changes: Mapping[URIRef, Edited], mappings: set[str]) -> None:
    """Stores the changes of these mappings, validated."""
    require_valid([_about(change.dataset, mappings) for change in changes.values()], store)
    every = list(changes.values())
    writer.load([change.dataset for change in every], [change.new for change in every])


def _field_named(store: Askable, asked: str) -> MappableField:
    known = {f.iri: f for f in mappable(store)}
    for iri in (
        asked,
        str(ID[asked]),
        *(str(ID[f"{kind}/{asked}"]) for kind in ("action-field", "need-group")),
    ):
        if iri in known:
            return known[iri]
    named = [f for f in known.values() if f.label.casefold() == asked.casefold()]
    if len(named) == 1:
        return named[0]
    short = {_short(iri): f.label for iri, f in known.items()}
    if named:
        raise Unknown("Ein einziges Handlungsfeld", asked, [_short(f.iri) for f in named])
    raise Unknown("Das Handlungsfeld", asked, _near(asked, short))


def _theme_named(tree: Themes, asked: str) -> str:
    for iri in (asked, str(ID[asked]), str(ID[f"theme/{asked}"])):
        if iri in tree.labels:
            return iri
    named = [iri for iri, label in tree.labels.items() if label.casefold() == asked.casefold()]
    if len(named) == 1:
        return named[0]
    raise Unknown(
        "Das Thema", asked, _near(asked, {_short(iri): label for iri, label in tree.labels.items()})
    )


def _near(asked: str, known: dict[str, str]) -> list[str]:
    words = {word: short for short, label in known.items() for word in (short, local_name(short), label)}
    return list(dict.fromkeys(words[word] for word in get_close_matches(asked, words, 8, 0.4)))[:5]


def _short(iri: str) -> str:
    return iri.removeprefix(str(ID))


def _said(text: str, what: str) -> str:
    said = " ".join(text.split())
    if not said or len(said) > LONGEST:
        found = "nichts" if not said else f"{len(said)} Zeichen"
        raise InvalidData(
            [Fault(f"Es fehlt {what}: erwartet werden 1 bis {LONGEST} Zeichen, gefunden {found}.")]
        )
    return said


def _office(store: Askable, by: str) -> str:
    """Who says it: an office or a role, no person."""
    said = _said(by, "die Stelle (by)")
    if a_person := person_fault(store, said, "die Stelle (by)"):
        raise InvalidData([a_person])
    return said


def _free(store: Askable, slug: str) -> str:
    """An address for a new mapping: the next free number on collision, since a withdrawn one keeps its own."""
    number, iri = 1, ID[f"field-mapping/{slug}"]
    while store.ask(f"ASK {{ {iri.n3()} ?p ?o }}"):
        number += 1
        iri = ID[f"field-mapping/{slug}-{number}"]
    return str(iri)


def _passages(store: Askable, thing: str) -> list[URIRef]:
    """The passages that carry the name of a thing: an editor's own assignment rests on them."""
    rows = store.select(
        PREFIXES
        + f"""SELECT DISTINCT ?passage WHERE {{ GRAPH <{GRAPH.evidence}> {{
            ?s rdf:subject {reference(thing)} ; rdf:predicate skos:prefLabel ; zg:evidencedBy ?passage }} }}
            ORDER BY ?passage"""
    )
    return [URIRef(str(row["passage"])) for row in rows]


def _passages_of(dataset: Dataset, thing: URIRef) -> list[URIRef]:
    """The passages that what a dataset says of a thing rests on."""
    statements = dataset.evidence.subjects(RDF.subject, thing)
    found = {str(p) for statement in statements for p in dataset.evidence.objects(statement, ZG.evidencedBy)}
    return [URIRef(passage) for passage in sorted(found)]


def _edited(store: Askable, iri: URIRef) -> Edited | None:
    """A dataset as the store holds it, with what somebody may have written raw; None where it holds none."""
    name = iri.n3()
    description = store.construct(
        PREFIXES + f"CONSTRUCT {{ {name} ?p ?o }} WHERE {{ GRAPH <{GRAPH.catalogue}> {{ {name} ?p ?o }} }}"
    )
    if (iri, RDF.type, ZG.Dataset) not in description:
        return None
    place = source_graph(str(iri))
    statements = store.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{place}> {{ ?s ?p ?o }} }}")
    evidence = store.construct(
        PREFIXES
        + f"""CONSTRUCT {{ ?st ?p ?o }} WHERE {{ GRAPH <{GRAPH.evidence}> {{
            ?st zg:inDataset {name} ; a zg:Statement ; ?p ?o }} }}"""
    )
    file = f"Datensatz {local_name(str(iri))}"
    return Edited(
        Dataset(iri, statements, evidence, description, file), Dataset(iri, Graph(), Graph(), Graph(), file)
    )


def _new(slug: str) -> Edited:
    iri, description = ID[f"dataset/{slug}"], Graph()
    internal = slug == OWN_INTERNAL
    title = "Zuordnung der Handlungsfelder zum gemeinsamen Themenverzeichnis" + (
        " (intern)" if internal else ""
    )
    visibility = "internal" if internal else "public"
    description.add((iri, RDF.type, ZG.Dataset))
    description.add((iri, DCTERMS.title, Literal(title, lang="de")))
    description.add((iri, ZG.reviewStatus, ID["code/review-status/checked"]))
    description.add((iri, ZG.visibility, ID[f"code/visibility/{visibility}"]))
    file = f"Datensatz {slug}"
    return Edited(
        Dataset(iri, Graph(), Graph(), description, file), Dataset(iri, Graph(), Graph(), description, file)
    )


def _tell(change: Edited, mapping: FieldMapping, passages: list[URIRef]) -> None:
    """Adds a mapping to a dataset, as plain SKOS and with office, date and reason, each statement with evidence."""
    iri, of, theme = URIRef(mapping.iri), URIRef(mapping.field), URIRef(mapping.theme)
    facts: list[Fact] = [
        (of, SKOS[f"{mapping.relation}Match"], theme),
        (iri, RDF.type, ZG.FieldMapping),
        (iri, SKOS.prefLabel, Literal(f"{mapping.field_label} → {mapping.theme_label}", lang="de")),
        (iri, ZG.mappedField, of),
        (iri, ZG.mappedTheme, theme),
        (iri, ZG.mappingRelation, ID[f"code/mapping-relation/{mapping.relation}"]),
        (iri, ZG.assignedBy, Literal(mapping.by)),
        (iri, ZG.begin, Literal(mapping.on, datatype=XSD.date)),
        (iri, ZG.reason, Literal(mapping.reason)),
    ]
    _add(change, facts, passages)


def _without(
    store: Askable, found: Sequence[FieldMapping], by: str, reason: str, on: date
) -> dict[URIRef, Edited]:
    """The datasets that hold these mappings, with the mappings withdrawn; that rests on what the mapping rested on."""
    changes: dict[URIRef, Edited] = {}
    for mapping in found:
        triple = (URIRef(mapping.field), SKOS[f"{mapping.relation}Match"], URIRef(mapping.theme))
        for iri in _datasets_with(store, triple, mapping.iri):
            change = changes.get(iri) or _edited(store, iri)
            if change is None:
                continue
            changes[iri], dataset = change, change.dataset
            dataset.statements.remove(triple)
            for statement in list(dataset.evidence.subjects(RDF.object, triple[2])):
                parts = [dataset.evidence.value(statement, part) for part in (RDF.subject, RDF.predicate)]
                if parts == list(triple[:2]):
                    dataset.evidence.remove((statement, None, None))
            if mapping.iri and (URIRef(mapping.iri), RDF.type, ZG.FieldMapping) in dataset.statements:
                end: list[Fact] = [
                    (URIRef(mapping.iri), ZG.end, Literal(on.isoformat(), datatype=XSD.date)),
                    (URIRef(mapping.iri), ZG.withdrawnBy, Literal(by)),
                    (URIRef(mapping.iri), ZG.withdrawalReason, Literal(reason)),
                ]
                _add(change, end, _passages_of(dataset, URIRef(mapping.iri)))
    return changes


def _about(dataset: Dataset, mappings: set[str]) -> Dataset:
    """What a dataset says of these mappings: faults of anything else in it are no reason to refuse a change of them."""
    statements, evidence = Graph(), Graph()
    for mapping in map(URIRef, sorted(filter(None, mappings))):
        statements += dataset.statements.triples((mapping, None, None))
        for field in list(dataset.statements.objects(mapping, ZG.mappedField)):
            for predicate in (RDF.type, SKOS.prefLabel):
                statements += dataset.statements.triples((field, predicate, None))
        for statement in list(dataset.evidence.subjects(RDF.subject, mapping)):
            evidence += dataset.evidence.triples((statement, None, None))
    return Dataset(dataset.iri, statements, evidence, dataset.description, dataset.file)


def _add(change: Edited, facts: Sequence[Fact], passages: list[URIRef]) -> None:
    for dataset in (change.dataset, change.new):
        for fact in facts:
            dataset.statements.add(fact)
            describe_statement(dataset.evidence, fact, dataset.iri, passages, ID["code/method/assigned"])


def _datasets_with(store: Askable, triple: tuple[URIRef, URIRef, URIRef], mapping: str) -> list[URIRef]:
    """The datasets that say the plain triple or describe the mapping."""
    pattern = " ".join(term.n3() for term in triple)
    described = f"UNION {{ {reference(mapping)} a zg:FieldMapping }}" if mapping else ""
    graphs = {
        str(row["g"])
        for row in store.select(
            PREFIXES + f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {{ {pattern} }} {described} }} }}"
        )
    }
    rows = store.select(
        PREFIXES + f"SELECT ?d WHERE {{ GRAPH <{GRAPH.catalogue}> {{ ?d a zg:Dataset }} }} ORDER BY ?d"
    )
    return [URIRef(str(row["d"])) for row in rows if str(source_graph(str(row["d"]))) in graphs]
