"""`query`: ask a question of the catalogue, or one from a file."""

import difflib
from itertools import groupby
from pathlib import Path

import click

from api.home import data_dir_option, public_option, reading
from api.tables import show
from graph.errors import Fault, InvalidData, Unknown
from graph.store import QuadStore
from queries import Query, WrongParameter, named, names
from queries.catalogue import TYPES, parsed
from queries.lexer import outline

GRAPHS = {"ttl": "turtle", "nt": "nt", "rdf": "xml", "jsonld": "json-ld"}
"""Forms of a graph and rdflib's words for them."""
FORMATS = ("table", "csv", "json", "xlsx", *GRAPHS)


@click.command("query", short_help="Eine Frage stellen: aus dem Katalog oder aus einer Datei.")
@click.argument("question", required=False)
@click.option("-p", "parameters", multiple=True, metavar="NAME=WERT", help="Parameter der Frage.")
@click.option(
    "--show", "explain", is_flag=True, help="Die Frage erklären, statt sie zu stellen: Parameter, Text."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(FORMATS),
    help="Ausgabeform; ohne Angabe table, bei einem Graphen ttl.",
)
@click.option("--json", "as_data", is_flag=True, help="Dasselbe wie --format json.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Datei statt Bildschirm.")
@public_option
@data_dir_option
def query_command(
    question: str | None,
    parameters: tuple[str, ...],
    explain: bool,
    format_: str | None,
    as_data: bool,
    out: Path | None,
    public: bool,
    data_dir: Path,
) -> None:
    """Beantwortet eine Frage des Katalogs (Name) oder eine SPARQL-Abfrage (Datei).

    Ohne Angabe werden die Fragen des Katalogs gezeigt, nach denen geordnet, die sie stellen.
    """
    if question is None:
        click.echo(catalogue())
        return
    query = _query(question)
    if explain:
        click.echo(explained(query))
        return
    values = _values(parameters)
    try:
        text = query.filled(values)
    except WrongParameter as error:
        raise click.UsageError(
            f"{error} „zukunftsgraph query {question} --show“ erklärt die Frage."
        ) from error
    if refusal := outline(text).refusal:
        raise click.UsageError(refusal)
    is_graph = query.form in ("CONSTRUCT", "DESCRIBE")
    wanted = "json" if as_data else format_ or ("ttl" if is_graph else "table")
    if is_graph != (wanted in GRAPHS):
        kind, possible = (
            ("ein Graph", ", ".join(GRAPHS)) if is_graph else ("eine Tabelle", ", ".join(FORMATS[:4]))
        )
        raise click.UsageError(
            f"Die Antwort ist {kind}; das Format {wanted} gibt es dafür nicht, möglich: {possible}."
        )
    try:
        _answer(reading(data_dir, public), query, text, wanted, out)
    except SyntaxError as error:
        raise InvalidData([Fault(f"Die Abfrage ist kein gültiges SPARQL: {error}", question)]) from error


def catalogue() -> str:
    """The questions of the catalogue, each below the first of those who ask it."""
    queries = sorted(map(named, names()), key=lambda query: (query.users[0], query.name))
    width = max(len(query.name) for query in queries)
    parts = []
    for user, asked in groupby(queries, key=lambda query: query.users[0]):
        parts.append(click.style(user, bold=True))
        parts += [f"  {query.name:{width}}  {query.summary}" for query in asked]
        parts.append("")
    parts.append(
        f"{len(queries)} Fragen. „zukunftsgraph query NAME“ stellt eine, „zukunftsgraph query NAME --show“ erklärt sie."
    )
    return "\n".join(parts)


def explained(query: Query) -> str:
    """What a question asks, for whom, with which parameters, and its text."""
    parts = [query.question or query.summary]
    if query.audience:
        parts.append(f"Für: {query.audience}")
    for parameter in query.parameters:
        parts.append("")
        parts.append(f"-p {parameter.name}={parameter.example}")
        parts.append(f"   {parameter.label} ({TYPES[parameter.type]})")
        parts += [f"     {name:20} {label}" for name, label in parameter.choices.items()]
    lines = query.text.splitlines()
    return "\n".join([*parts, "", *(line for line in lines if not line.startswith("#+"))])


def _answer(store: QuadStore, query: Query, text: str, format_: str, out: Path | None) -> None:
    if format_ in GRAPHS:
        data = store.construct(text).serialize(format=GRAPHS[format_])
        if out is None:
            click.echo(data.rstrip("\n"))
        else:
            out.write_text(data, encoding="utf-8", newline="")
    elif query.form == "ASK":
        show([{"antwort": store.ask(text)}], format_, out, query.summary)
    else:
        show(store.select(text), format_, out, query.summary)


def _query(question: str) -> Query:
    file = Path(question)
    if file.is_file():
        return parsed(file.stem, file.read_text(encoding="utf-8"))
    if question in names():
        return named(question)
    raise Unknown("Die Frage", question, difflib.get_close_matches(question, names(), 5, 0.3))


def _values(parameters: tuple[str, ...]) -> dict[str, str]:
    wrong = [parameter for parameter in parameters if "=" not in parameter]
    if wrong:
        raise click.UsageError(f"Parameter bitte als NAME=WERT angeben, nicht als „{wrong[0]}“.")
    return dict(parameter.split("=", 1) for parameter in parameters)
