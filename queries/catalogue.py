"""The catalogue of questions: reads the `.rq` files, fills in parameters, asks.

A file begins with a header in grlc's syntax (`#+ key: value`, YAML) that says what is asked and for whom. A
parameter stands in the text as `?_name`, or `?_name_iri` for a thing; so a person can paste the file into any
SPARQL editor, and grlc can serve the folder as it is. http://grlc.io
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Protocol

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


class WrongParameter(ValueError):
    """A parameter that the query does not have, lacks, or cannot read; the message is German."""


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
                    f"„{text}“ ist kein Kreisschlüssel für den Parameter {self.name}: fünf Ziffern, etwa 08118."
                )
            return Literal(text).n3()
        datatype = {"integer": XSD.integer, "date": XSD.date, "year": XSD.gYear}[self.type]
        literal = Literal(text, datatype=datatype)
        if literal.ill_typed or not VALUE.fullmatch(text):
            raise WrongParameter(
                f"„{text}“ ist kein Wert vom Typ {TYPES[self.type]} für den Parameter {self.name}."
            )
        return literal.n3()

    def _address(self, text: str) -> URIRef:
        short = text.removeprefix(self.base)
        if self.choices and short not in self.choices:
            known = ", ".join(f"{name} ({label})" for name, label in self.choices.items())
            raise WrongParameter(
                f"„{text}“ ist keiner der Werte für den Parameter {self.name}; möglich: {known}."
            )
        address = self.base + short if NAME.fullmatch(short) else text
        if not IRI.fullmatch(address):
            raise WrongParameter(
                f"„{text}“ ist keine Adresse (IRI) für den Parameter {self.name}: "
                f"vollständig oder als Kurzname unter {self.base}"
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

    @property
    def users(self) -> tuple[str, ...]:
        """Who asks it, the first above all."""
        who = self.audience.partition(" – ")[0].split(" und ")
        return tuple(user[:1].upper() + user[1:] for user in who)

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
                f"Parameter {', '.join(sorted(unknown))} gibt es hier nicht; möglich: {known}."
            )
        terms = {}
        for parameter in self.parameters:
            value = values.get(parameter.name, parameter.default)
            if value is None:
                raise WrongParameter(f"Der Parameter {parameter.name} fehlt ({parameter.label}).")
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
    """A question from the text of its file; a file without header is a question without explanation."""
    head = "\n".join(line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("#+"))
    header = yaml.safe_load(head) or {}
    parameters = tuple(
        Parameter(
            parameter,
            spec["type"],
            spec["label"],
            spec.get("default"),
            spec.get("base", BASE),
            spec.get("choices", {}),
        )
        for parameter, spec in (header.get("parameters") or {}).items()
    )
    return Query(
        name,
        header.get("summary", name),
        header.get("question", ""),
        header.get("audience", ""),
        text,
        parameters,
    )
