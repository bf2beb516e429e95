"""The authored form: one YAML file a source, made to be read and changed by hand.

`docs/reference/authored-form.md` describes it. Reading needs the ontology alone: it says which property takes a
thing and which a literal of which datatype. Every mistake is named with file and line; all of them at once.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from rdflib import Graph, Literal, Node, URIRef
from rdflib.namespace import DCTERMS, FOAF, ORG, OWL, RDF, RDFS, SKOS, XSD

from graph.dataset import Dataset, Section
from graph.errors import Fault, InvalidData
from graph.evidence import Passage, describe_passage, describe_snapshot, describe_statement
from graph.store import is_iri
from ontology import ontology
from ontology.namespaces import ID, PREFIXES, ZG

SHORT_KEYS: dict[str, URIRef] = {
    "a": RDF.type,
    "label": SKOS.prefLabel,
    "altLabel": SKOS.altLabel,
    "hiddenLabel": SKOS.hiddenLabel,
    "description": DCTERMS.description,
    "title": DCTERMS.title,
    "identifier": DCTERMS.identifier,
    "broader": SKOS.broader,
    "inScheme": SKOS.inScheme,
    "topConceptOf": SKOS.topConceptOf,
    "notation": SKOS.notation,
    "exactMatch": SKOS.exactMatch,
    "closeMatch": SKOS.closeMatch,
    "broadMatch": SKOS.broadMatch,
    "narrowMatch": SKOS.narrowMatch,
}
"""Keys that stand for terms of other vocabularies."""
IN_LANGUAGE = {SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, DCTERMS.description, DCTERMS.title}
"""Properties whose strings are German unless the file says otherwise."""
DATES = {ZG.begin, ZG.end, DCTERMS.issued, DCTERMS.date}
"""Properties that take a date as exact as the source gives it: a year, a month or a day."""
LINKS = {
    *(
        SKOS[name]
        for name in (
            *("broader", "inScheme", "topConceptOf"),
            *("exactMatch", "closeMatch", "broadMatch", "narrowMatch"),
        )
    ),
    *(ORG[name] for name in ("member", "organization", "role", "heldBy", "postIn", "classification")),
    *(
        FOAF.page,
        RDF.type,
        DCTERMS.source,
        DCTERMS.publisher,
        DCTERMS.license,
        DCTERMS.isPartOf,
        RDFS.seeAlso,
    ),
}
"""Properties of other vocabularies that take a thing, not a literal."""
STAND_IN_LIMIT = 60
"""A stand-in is a few words, not a quotation."""
VALUE_KEYS = ("is", "at", "as", "method", "visibility")
"""What may be said of a single value."""
VISIBILITIES = ("public", "internal", "body")

DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
THING = re.compile(r"[a-z][a-z-]*(/[\w.,()+%&~-]+)+")


@dataclass
class _Reading:
    """What has been gathered from one file so far."""

    file: str
    dataset: URIRef
    document: URIRef | None = None
    characters: int = 0
    statements: Graph = field(default_factory=Graph)
    evidence: Graph = field(default_factory=Graph)
    description: Graph = field(default_factory=Graph)
    sections: tuple[Section, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    line: int = 1
    label_passages: Mapping[str, list[URIRef]] = field(default_factory=dict)

    def fault(self, node: yaml.Node, message: str, about: str = "") -> None:
        self.faults.append(Fault(message, self.file, node.start_mark.line + 1, about))


def read(path: Path, label_passages: Mapping[str, list[URIRef]] | None = None) -> Dataset:
    """The dataset that an authored file describes.

    `label_passages` gives the passages that carry the labels of things described elsewhere; an editor's own
    assignment (`method: assigned`) rests on them.

    Raises `InvalidData` naming file and line of every mistake.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        reason = f"Die Datei ist nicht in UTF-8 geschrieben (Byte {error.start})."
        raise InvalidData([Fault(reason, path.name)]) from error
    return read_text(text, path.name, label_passages)


def read_text(text: str, file: str, label_passages: Mapping[str, list[URIRef]] | None = None) -> Dataset:
    """Like `read`, from a string; `file` is the name that errors carry."""
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.AliasEvent):  # they can make a small file endless
                line = event.start_mark.line + 1 if event.start_mark else None
                raise InvalidData(
                    [Fault("Verweise mit „*“ sind nicht erlaubt; bitte ausschreiben.", file, line)]
                )
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.reader.ReaderError as error:
        raise InvalidData([Fault("Die Datei enthält ein Steuerzeichen.", file)]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InvalidData([Fault(f"Kein gültiges YAML: {error.problem}", file, line)]) from error
    if not isinstance(root, yaml.MappingNode):
        raise InvalidData([Fault("Die Datei muss mit „dataset:“ und „things:“ aufgebaut sein.", file, 1)])
    twice = list(_repeated_keys(root))
    if twice:
        raise InvalidData(
            [Fault(f"„{key.value}“ steht hier zweimal.", file, key.start_mark.line + 1) for key in twice]
        )
    parts = _mapping(root)
    for needed in ("dataset", "things"):
        if not isinstance(parts.get(needed), yaml.MappingNode):
            raise InvalidData([Fault(f"Der Abschnitt „{needed}:“ fehlt.", file, 1)])
    head = _mapping(parts["dataset"])
    if "id" not in head:
        raise InvalidData([Fault("Dem Datensatz fehlt „id:“.", file, parts["dataset"].start_mark.line + 1)])
    reading = _Reading(file, ID[head["id"].value], label_passages=label_passages or {})
    try:
        _read_document(reading, parts.get("document"))
        _read_sections(reading, parts.get("sections"))
        _read_dataset(reading, head)
        for key, thing in parts["things"].value:
            reading.line = key.start_mark.line + 1
            _read_thing(reading, key, thing, _method(reading, head.get("method")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # A list where a value belongs, a key that is missing: the form is not the one described.
        reason = f"Der Aufbau entspricht hier nicht der Autorenform ({error})."
        raise InvalidData([*reading.faults, Fault(reason, file, reading.line)]) from error
    if reading.faults:
        raise InvalidData(reading.faults)
    return Dataset(
        reading.dataset,
        reading.statements,
        reading.evidence,
        reading.description,
        file,
        reading.lines,
        reading.sections,
    )


def label_passages(datasets: list[Dataset]) -> dict[str, list[URIRef]]:
    """For each thing the passages that carry its label, over all datasets."""
    found: dict[str, list[URIRef]] = {}
    for dataset in datasets:
        for statement in dataset.evidence.subjects(RDF.predicate, SKOS.prefLabel):
            thing = dataset.evidence.value(statement, RDF.subject)
            for passage in dataset.evidence.objects(statement, ZG.evidencedBy):
                if isinstance(passage, URIRef):
                    found.setdefault(str(thing), []).append(passage)
    return found


def _read_document(reading: _Reading, node: yaml.Node | None) -> None:
    if node is None:
        return
    fields = _mapping(node)
    reading.document = ID[fields["id"].value]
    reading.description.add((reading.dataset, DCTERMS.source, reading.document))
    if "sha256" in fields:
        reading.characters = int(fields["characters"].value)
        describe_snapshot(reading.evidence, reading.document, fields["sha256"].value, reading.characters)


def _read_sections(reading: _Reading, node: yaml.Node | None) -> None:
    sections = []
    for item in node.value if isinstance(node, yaml.SequenceNode) else []:
        fields = _mapping(item)
        passage = _passage(reading, fields["range"])
        if passage and passage.start is not None and passage.end is not None:
            of = tuple(ID[thing.value] for thing in _items(fields.get("of")))
            sections.append(Section(fields["title"].value, passage.start, passage.end, of))
    reading.sections = tuple(sections)


def _read_dataset(reading: _Reading, head: dict[str, yaml.Node]) -> None:
    reading.description.add((reading.dataset, RDF.type, ZG.Dataset))
    for key, node in head.items():
        if key in ("id", "method"):
            continue
        predicate = _predicate(reading, node, key)
        for value in _items(node):
            for term in _terms(reading, predicate, value) if predicate else []:
                reading.description.add((reading.dataset, predicate, term))  # type: ignore[arg-type]


def _read_thing(reading: _Reading, key: yaml.Node, node: yaml.Node, method: URIRef) -> None:
    if not THING.fullmatch(key.value):
        reading.fault(key, f"„{key.value}“ ist kein Name der Form typ/name.")
        return
    if not isinstance(node, yaml.MappingNode):
        reading.fault(key, "Hier werden Angaben der Form „eigenschaft: wert“ erwartet.", key.value)
        return
    thing = ID[key.value]
    reading.lines[str(thing)] = key.start_mark.line + 1
    fields = _mapping(node)
    default = fields.pop("at", None)
    for name, values in fields.items():
        predicate = _predicate(reading, values, name)
        for value in _items(values) if predicate else []:
            _read_statement(reading, thing, predicate, value, default, method)  # type: ignore[arg-type]


def _read_statement(
    reading: _Reading,
    thing: URIRef,
    predicate: URIRef,
    value: yaml.Node,
    at: yaml.Node | None,
    method: URIRef,
) -> None:
    stand_ins: dict[str, str] = {}
    visibility = None
    if isinstance(value, yaml.MappingNode) and "is" in _mapping(value):
        fields = _mapping(value)
        unknown = fields.keys() - set(VALUE_KEYS)
        if unknown:
            known = ", ".join(VALUE_KEYS)
            reading.fault(value, f"Unbekannte Angabe {', '.join(sorted(unknown))}; möglich: {known}.")
        at, method = fields.get("at", at), _method(reading, fields.get("method"), method)
        visibility = _visibility(reading, fields.get("visibility"))
        stand_ins = (
            {role: words.value for role, words in _mapping(fields["as"]).items()} if "as" in fields else {}
        )
        for role, words in stand_ins.items():
            if role not in ("subject", "object") or len(words) > STAND_IN_LIMIT:
                reading.fault(value, "„as:“ nennt subject oder object mit höchstens 60 Zeichen.", str(thing))
                return
        value = fields["is"]
    passages = _passages(reading, thing, at, value, method)
    for term in _terms(reading, predicate, value):
        reading.statements.add((thing, predicate, term))
        describe_statement(
            reading.evidence,
            (thing, predicate, term),
            reading.dataset,
            passages,
            method,
            stand_ins,
            visibility,
        )


def _passages(
    reading: _Reading, thing: URIRef, at: yaml.Node | None, value: yaml.Node, method: URIRef
) -> list[URIRef]:
    if at is None:
        assigned = method == ID["code/method/assigned"]
        found = reading.label_passages.get(str(thing), []) if assigned else []
        if not assigned:
            reading.fault(value, "Die Fundstelle fehlt („at: von-bis“).", str(thing))
        return found
    passages = [_passage(reading, item) for item in _items(at)]
    return [describe_passage(reading.evidence, p, reading.sections) for p in passages if p]


def _passage(reading: _Reading, node: yaml.Node) -> Passage | None:
    span = re.fullmatch(r"(\d+)-(\d+)", node.value)
    if span:
        start, end = int(span[1]), int(span[2])
        if reading.document is None:
            reading.fault(node, f"Der Bereich {node.value} steht in keinem Dokument („document:“ fehlt).")
        elif not start < end <= reading.characters:
            reading.fault(node, f"Der Bereich {node.value} liegt nicht im Text (0–{reading.characters}).")
        else:
            return Passage(reading.document, start, end)
        return None
    if THING.fullmatch(node.value):
        return Passage(ID[node.value])
    reading.fault(node, f"„{node.value}“ ist weder ein Bereich (von-bis) noch ein Dokument.")
    return None


def _method(
    reading: _Reading, node: yaml.Node | None, default: URIRef = ID["code/method/asserted"]
) -> URIRef:
    return ID[f"code/method/{node.value}"] if node is not None else default


def _visibility(reading: _Reading, node: yaml.Node | None) -> URIRef | None:
    if node is None:
        return None
    if node.value not in VISIBILITIES:
        found = node.value if isinstance(node, yaml.ScalarNode) else "…"
        reading.fault(node, f"Die Sichtbarkeit „{found}“ gibt es nicht; möglich: {', '.join(VISIBILITIES)}.")
    return ID[f"code/visibility/{node.value}"]


def _terms(reading: _Reading, predicate: URIRef, node: yaml.Node) -> Iterator[Node]:
    """The RDF terms of one value: several only where one string is given in several languages."""
    if isinstance(node, yaml.MappingNode):
        if predicate not in IN_LANGUAGE:
            reading.fault(node, "Hier wird ein einzelner Wert erwartet.", str(predicate))
            return
        yield from (Literal(text.value, lang=language) for language, text in _mapping(node).items())
        return
    text = node.value
    if predicate == RDF.type:
        term = _term(text)
        if term is None or (term.startswith(str(ZG)) and term not in _terms_of(OWL.Class)):
            reading.fault(node, f"Die Klasse „{text}“ gibt es nicht.")
        else:
            yield term
    elif predicate in LINKS or predicate in _terms_of(OWL.ObjectProperty):
        if text.startswith(("http://", "https://", "urn:")):
            if is_iri(text):
                yield URIRef(text)
            else:
                reading.fault(node, f"„{text}“ enthält Zeichen, die in einer Adresse nicht stehen dürfen.")
        elif THING.fullmatch(text):
            yield ID[text]
        else:
            reading.fault(
                node, f"„{text}“ ist kein Name der Form typ/name und keine Adresse.", str(predicate)
            )
    elif predicate in IN_LANGUAGE:
        yield Literal(text, lang="de")
    elif predicate in DATES:
        if not DATE.fullmatch(text):
            reading.fault(node, f"„{text}“ ist kein Datum (JJJJ, JJJJ-MM oder JJJJ-MM-TT).", str(predicate))
        else:
            yield Literal(text, datatype=(XSD.gYear, XSD.gYearMonth, XSD.date)[text.count("-")])
    else:
        datatype = _datatypes().get(predicate, XSD.string)
        literal = Literal(text) if datatype == XSD.string else Literal(text, datatype=datatype)
        if literal.ill_typed:
            reading.fault(node, f"„{text}“ ist kein Wert vom Typ {datatype.split('#')[1]}.", str(predicate))
        yield literal


def _predicate(reading: _Reading, node: yaml.Node, key: str) -> URIRef | None:
    predicate = SHORT_KEYS.get(key) or _term(key)
    if predicate is None or (predicate.startswith(str(ZG)) and predicate not in _our_properties()):
        reading.fault(node, f"Die Eigenschaft „{key}“ gibt es nicht.")
        return None
    return predicate


def _term(name: str) -> URIRef | None:
    prefix, colon, local = name.partition(":")
    if not colon:
        return ZG[name]
    return PREFIXES[prefix][local] if prefix in PREFIXES else None


@cache
def _terms_of(kind: URIRef) -> frozenset[Node]:
    return frozenset(_ontology().subjects(RDF.type, kind))


@cache
def _ontology() -> Graph:
    return ontology()


@cache
def _datatypes() -> dict[Node, URIRef]:
    ranges = {p: _ontology().value(p, RDFS.range) for p in _terms_of(OWL.DatatypeProperty)}
    return {p: r for p, r in ranges.items() if isinstance(r, URIRef)}


def _our_properties() -> frozenset[Node]:
    return _terms_of(OWL.ObjectProperty) | _terms_of(OWL.DatatypeProperty) | _terms_of(OWL.AnnotationProperty)


def _repeated_keys(node: yaml.Node) -> Iterator[yaml.Node]:
    """Keys that stand twice in one mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield key
            seen.add(key.value)
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


def _mapping(node: yaml.Node) -> dict[str, yaml.Node]:
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    if node is None:
        return []
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]
