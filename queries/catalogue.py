"""The catalogue of questions: reads the `.rq` files, fills in parameters, asks.

A file begins with a header in grlc's syntax (`#+ key: value`, YAML) that says what is asked and for whom. A
parameter stands in the text as `?_name`, or `?_name_iri` for a thing; so a person can paste the file into any
SPARQL editor, and grlc can serve the folder as it is. http://grlc.io
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

import yaml
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import XSD

from queries.lexer import form, outline, substituted

BASE = "https://w3id.org/zukunftsgraph/id/"
"""Where the shared things stand; a short name in a parameter means one of them."""

Value = str | int | float | Decimal | bool | None
Row = dict[str, Value]


class Askable(Protocol):
    """Whatever answers SPARQL queries: the embedded store, a snapshot, an engine behind the SPARQL Protocol."""

    def select(self, text: str) -> list[Row]: ...
    def ask(self, text: str) -> bool: ...
    def construct(self, text: str) -> Graph: ...


class Told(ValueError):
    """A German message whose values stand apart, so that it can be said in another language, too."""

    def __init__(self, message: str, **values: object) -> None:
        self.message, self.values = message, values
        super().__init__(message.format(**values))


def N_(message: str) -> str:
    """The message as it is: marks it for the catalogue of translations."""
    return message


class WrongParameter(Told):
    """A parameter that the query does not have, lacks, or cannot read."""


class WrongHeader(Told):
    """A header (`#+`) that cannot be read."""


@dataclass(frozen=True)
class Parameter:
    """A blank in a question. `type` is iri, string, integer, date, year or district (its official key).

    What is no full address in an `iri` is a short name below `base`, as tables show it (`theme/klima`). `choices`
    holds the short names that are allowed, with their German labels; without choices every address is.
    """

    name: str
    type: str
    label: str
    default: str | None = None
    base: str = BASE
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def example(self) -> str:
        """The default as a person would type it."""
        return (self.default or "").removeprefix(self.base)

    def term(self, text: str) -> str:
        """The value in N3, after its type has been checked. Raises `WrongParameter`."""
        if self.type == "iri":
            return self._address(text).n3()
        if self.type == "string":
            return Literal(text).n3()
        if self.type == "district":
            if not KEY.fullmatch(text):
                raise WrongParameter(
                    N_(
                        "„{text}“ ist kein Kreisschlüssel für den Parameter {name}: fünf Ziffern, etwa 08118."
                    ),
                    text=text,
                    name=self.name,
                )
            return Literal(text).n3()
        datatype = {"integer": XSD.integer, "date": XSD.date, "year": XSD.gYear}[self.type]
        literal = Literal(text, datatype=datatype)
        if literal.ill_typed or not VALUE.fullmatch(text):
            raise WrongParameter(
                N_("„{text}“ ist kein Wert vom Typ „{type}“ für den Parameter {name}."),
                text=text,
                type=TYPES[self.type],
                name=self.name,
            )
        return literal.n3()

    def _address(self, text: str) -> URIRef:
        short = text.removeprefix(self.base)
        if self.choices and short not in self.choices:
            known = ", ".join(f"{name} ({label})" for name, label in self.choices.items())
            raise WrongParameter(
                N_("„{text}“ ist keiner der Werte für den Parameter {name}; möglich: {known}."),
                text=text,
                name=self.name,
                known=known,
            )
        address = self.base + short if NAME.fullmatch(short) else text
        if not IRI.fullmatch(address):
            raise WrongParameter(
                N_(
                    "„{text}“ ist keine Adresse (IRI) für den Parameter {name}: vollständig oder als Kurzname unter "
                    "{base}"
                ),
                text=text,
                name=self.name,
                base=self.base,
            )
        return URIRef(address)


@dataclass(frozen=True)
class Query:
    """One question with its SPARQL text. `audience` says for whom it is, `question` asks it in German."""

    name: str
    summary: str
    question: str
    audience: str
    text: str
    parameters: tuple[Parameter, ...] = ()
    english: Mapping[str, str] = field(default_factory=dict)
    """The words in English, by WORDS."""
    english_labels: Mapping[str, str] = field(default_factory=dict)
    """The labels of the parameters in English, by name."""

    @property
    def users(self) -> tuple[str, ...]:
        """Who asks it, the first above all."""
        who = self.audience.partition(" – ")[0].split(" und ")
        return tuple(user[:1].upper() + user[1:] for user in who)

    def spoken(self, language: str) -> "Query":
        """The question in the words of a language, German where its header has no others."""
        if language != "en":
            return self
        labelled = tuple(replace(p, label=self.english_labels.get(p.name, p.label)) for p in self.parameters)
        words: dict[str, Any] = {**self.english}
        return replace(self, parameters=labelled, **words)

    @property
    def form(self) -> str:
        """What kind of answer it gives: SELECT, ASK, CONSTRUCT or DESCRIBE."""
        return form(self.text)

    def filled(self, values: Mapping[str, str]) -> str:
        """The text with every parameter replaced. Raises `WrongParameter` for unknown or missing names."""
        unknown = values.keys() - {parameter.name for parameter in self.parameters}
        if unknown:
            known = ", ".join(parameter.name for parameter in self.parameters) or "keine"
            raise WrongParameter(
                N_("Parameter {names} gibt es hier nicht; möglich: {known}."),
                names=", ".join(sorted(unknown)),
                known=known,
            )
        terms = {}
        for parameter in self.parameters:
            value = values.get(parameter.name, parameter.default)
            if value is None:
                raise WrongParameter(
                    N_("Der Parameter {name} fehlt ({label})."), name=parameter.name, label=parameter.label
                )
            suffix = "_iri" if parameter.type == "iri" else ""
            terms[f"?_{parameter.name}{suffix}"] = parameter.term(value)
        return substituted(self.text, terms)

    def select(self, store: Askable, values: Mapping[str, str] | None = None) -> list[Row]:
        """The rows of the answer."""
        return store.select(self.filled(values or {}))


NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
KEY = re.compile(r"[0-9]{5}")
TYPES = {
    "iri": "Adresse oder Kurzname wie in den Tabellen",
    "string": "Text",
    "integer": "ganze Zahl",
    "date": "Datum (JJJJ-MM-TT)",
    "year": "Jahr (JJJJ)",
    "district": "Kreisschlüssel (fünf Ziffern)",
}
"""The types of parameters and what one may write for them."""
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
VALUE = re.compile(r"-?[0-9]+(-[0-9]{2}-[0-9]{2})?")


def reaches_out(text: str) -> bool:
    """Whether a query asks another server (`SERVICE`); strings, IRIs and comments do not count."""
    return outline(text).service


@cache
def names() -> tuple[str, ...]:
    """The names of all questions, in alphabetical order."""
    folder = files(__package__)
    return tuple(sorted(f.name.removesuffix(".rq") for f in folder.iterdir() if f.name.endswith(".rq")))


@cache
def named(name: str) -> Query:
    """The question of that name. Raises `KeyError` where there is none."""
    if name not in names():
        raise KeyError(name)
    return parsed(name, files(__package__).joinpath(f"{name}.rq").read_text(encoding="utf-8"))


def parsed(name: str, text: str) -> Query:
    """A question from the text of its file; a file without header is a question without explanation.

    Raises `WrongHeader` for one that cannot be read.
    """
    header = _header(text)
    english = _mapping(header.get("en"), "en")
    parameters = tuple(
        _parameter(parameter, _mapping(spec, parameter))
        for parameter, spec in _mapping(header.get("parameters"), "parameters").items()
    )
    return Query(
        name,
        _words(header.get("summary", name), "summary"),
        _words(header.get("question"), "question"),
        _words(header.get("audience"), "audience"),
        text,
        parameters,
        {word: _words(english.get(word), f"en/{word}") for word in WORDS if english.get(word)},
        {p: _words(label, p) for p, label in _mapping(english.get("parameters"), "en/parameters").items()},
    )


def divided(text: str) -> tuple[str, str]:
    """The header of a file, its lines as they stand, and the query without them."""
    lines = text.splitlines(keepends=True)
    return (
        "".join(line for line in lines if line.startswith(MARK)),
        "".join(line for line in lines if not line.startswith(MARK)),
    )


def titled(text: str, summary: str, question: str = "", audience: str = "") -> str:
    """The query below a header with these words; what else its header says stays."""
    head, rest = divided(text)
    known = _header(head)
    known |= {
        word: said
        for word, said in zip(WORDS, (summary, question, audience), strict=True)
        if said.strip() or word == "summary"
    }
    ordered = {word: known[word] for word in (*WORDS, *known) if word in known}
    written = yaml.safe_dump(ordered, allow_unicode=True, sort_keys=False, width=1_000_000)
    return "".join(f"{MARK} {line}\n" for line in written.splitlines()) + rest.lstrip("\n")


MARK = "#+"
WORDS = ("summary", "question", "audience")
"""What a header says of a question in words; `en` holds the same in English, with the parameters' labels."""
LONGEST_HEADER = 20_000
"""Characters; strangers may bring headers, too."""
DEEPEST = 10
"""Brackets within brackets; how long YAML takes grows with the square of their depth."""
OPENING = yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken
CLOSING = yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken
BLANK = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _header(text: str) -> dict[str, Any]:
    head = "\n".join(line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith(MARK))
    if len(head) > LONGEST_HEADER:
        raise WrongHeader(
            N_("Der Kopf der Abfrage hat mehr als {most} Zeichen. Bitte kürzen (Zeilen mit „#+“)."),
            most=LONGEST_HEADER,
        )
    _refuse_deep((sign in "[{") - (sign in "]}") for sign in head)  # before YAML looks a thousand signs ahead
    try:
        _refuse_deep(isinstance(token, OPENING) - isinstance(token, CLOSING) for token in yaml.scan(head))
        # An alias may stand for itself a thousand times over; no header needs one.
        aliased = any(isinstance(token, yaml.AliasToken) for token in yaml.scan(head))
        found = {} if aliased else yaml.safe_load(head) or {}
    except WrongHeader:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise WrongHeader(
            N_(
                "Der Kopf der Abfrage ist nicht zu lesen (Zeile {line} des Kopfes). In jeder Zeile mit „#+“ steht ein "
                "Wort, ein Doppelpunkt und ein Wert; enthält der Wert selbst einen Doppelpunkt, gehört er in "
                "Anführungszeichen."
            ),
            line=mark.line + 1 if mark else 1,
        ) from error
    if aliased:
        raise WrongHeader(N_("Im Kopf der Abfrage steht ein Verweis (*). Bitte den Wert ausschreiben."))
    return _mapping(found, "#+")


def _refuse_deep(steps: Iterable[int]) -> None:
    """Raises `WrongHeader` as soon as too many brackets are open."""
    depth = 0
    for step in steps:
        depth = max(0, depth + step)
        if depth > DEEPEST:
            raise WrongHeader(
                N_(
                    "Im Kopf der Abfrage stehen mehr als {most} Klammern ineinander. Bitte in eigenen Zeilen "
                    "schreiben, oder den Wert in Anführungszeichen ohne so viele Klammern."
                ),
                most=DEEPEST,
            )


def _mapping(value: object, where: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise WrongHeader(
            N_("Im Kopf der Abfrage fehlen unter „{where}“ Zeilen der Form „Wort: Wert“."), where=where
        )
    return {str(key): inner for key, inner in value.items()}


def _words(value: object, where: str) -> str:
    if isinstance(value, dict | list | set):
        raise WrongHeader(N_("Im Kopf der Abfrage steht unter „{where}“ kein Text."), where=where)
    return "" if value is None else str(value)


def _parameter(name: str, spec: Mapping[str, Any]) -> Parameter:
    if not BLANK.fullmatch(name):
        raise WrongHeader(
            N_(
                "„{name}“ kann kein Parameter heißen: nur Buchstaben ohne Umlaute, Ziffern und Unterstriche, zuerst "
                "ein "
                "Buchstabe."
            ),
            name=name,
        )
    kind = _words(spec.get("type"), f"{name}/type")
    if kind not in TYPES:
        raise WrongHeader(
            N_("Der Parameter {name} braucht im Kopf einen „type“: {types}."),
            name=name,
            types=", ".join(TYPES),
        )
    default = spec.get("default")
    return Parameter(
        name,
        kind,
        _words(spec.get("label", name), f"{name}/label"),
        None if default is None else _words(default, f"{name}/default"),
        _words(spec.get("base", BASE), f"{name}/base"),
        {
            short: _words(label, f"{name}/{short}")
            for short, label in _mapping(spec.get("choices"), f"{name}/choices").items()
        },
    )
