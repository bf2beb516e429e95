"""The catalogue of questions: reads the `.rq` files, fills in parameters, asks.

A file begins with a header in grlc's syntax (`#+ key: value`, YAML) that says what is asked and for whom. A
parameter stands in the text as `?_name`, or `?_name_iri` for a thing; so a person can paste the file into any
SPARQL editor, and grlc can serve the folder as it is. http://grlc.io
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Protocol

import yaml
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import XSD

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
    """A blank in a question. `type` is iri, string, integer, date or year."""

    name: str
    type: str
    label: str
    default: str | None = None

    def term(self, text: str) -> str:
        """The value in N3, after its type has been checked. Raises `WrongParameter`."""
        if self.type == "iri":
            if not IRI.fullmatch(text):
                raise WrongParameter(f"„{text}“ ist keine Adresse (IRI) für den Parameter {self.name}.")
            return URIRef(text).n3()
        if self.type == "string":
            return Literal(text).n3()
        datatype = {"integer": XSD.integer, "date": XSD.date, "year": XSD.gYear}[self.type]
        literal = Literal(text, datatype=datatype)
        if literal.ill_typed or not VALUE.fullmatch(text):
            raise WrongParameter(f"„{text}“ ist kein Wert vom Typ {self.type} für den Parameter {self.name}.")
        return literal.n3()


@dataclass(frozen=True)
class Query:
    """One question with its SPARQL text. `audience` says for whom it is, `question` asks it in German."""

    name: str
    summary: str
    question: str
    audience: str
    text: str
    parameters: tuple[Parameter, ...] = ()

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
        return replaced(self.text, terms)

    def select(self, store: Askable, values: Mapping[str, str] | None = None) -> list[Row]:
        """The rows of the answer."""
        return store.select(self.filled(values or {}))


IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
VALUE = re.compile(r"-?[0-9]+(-[0-9]{2}-[0-9]{2})?")
TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*|<[^<>"{}|^`\\\s]*>
    |\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<variable>[?$]\w+)""",
    re.VERBOSE | re.DOTALL,
)
"""What may look like a variable and is none: comments, IRIs, strings. https://www.w3.org/TR/sparql11-query/#grammar"""


def replaced(text: str, terms: Mapping[str, str]) -> str:
    """The query text with variables replaced by terms in N3; never inside a string, an IRI or a comment."""
    return TOKEN.sub(lambda match: terms.get(match["variable"] or "", match[0]), text)


def reaches_out(text: str) -> bool:
    """Whether a query asks another server (`SERVICE`); strings, IRIs and comments do not count."""
    return bool(re.search(r"\bSERVICE\b", TOKEN.sub(" ", text), re.IGNORECASE))


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
        Parameter(parameter, spec["type"], spec["label"], spec.get("default"))
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
