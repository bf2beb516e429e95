"""`query`: ask a question of the catalogue, or one from a file."""

import difflib
from pathlib import Path

import click

from api.home import data_dir_option, reading
from api.tables import as_table, show
from graph.errors import Fault, InvalidData, Unknown
from queries import Query, Row, WrongParameter, named, names
from queries.catalogue import parsed, reaches_out

FORMATS = ("table", "csv", "json", "xlsx", "ttl")


@click.command("query", short_help="Eine Frage stellen: aus dem Katalog oder aus einer Datei.")
@click.argument("question", required=False)
@click.option("-p", "parameters", multiple=True, metavar="NAME=WERT", help="Parameter der Frage.")
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True, help="Ausgabeform."
)
@click.option("--json", "as_data", is_flag=True, help="Dasselbe wie --format json.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Datei statt Bildschirm.")
@data_dir_option
def query_command(
    question: str | None,
    parameters: tuple[str, ...],
    format_: str,
    as_data: bool,
    out: Path | None,
    data_dir: Path,
) -> None:
    """Beantwortet eine Frage des Katalogs (Name) oder eine SPARQL-Abfrage (Datei).

    Ohne Angabe werden die Fragen des Katalogs gezeigt.
    """
    if question is None:
        rows: list[Row] = [
            {"name": n, "frage": named(n).summary, "für": named(n).audience.partition(" – ")[0]}
            for n in names()
        ]
        click.echo(as_table(rows))
        return
    query = _query(question)
    values = _values(parameters)
    try:
        text = query.filled(values)
    except WrongParameter as error:
        raise click.UsageError(str(error)) from error
    if reaches_out(text):
        raise click.UsageError("SERVICE ist nicht erlaubt: Abfragen bleiben in diesem Graphen.")
    store = reading(data_dir)
    try:
        if format_ == "ttl":
            click.echo(store.construct(text).serialize(format="turtle"))
        else:
            show(store.select(text), "json" if as_data else format_, out, query.summary)
    except SyntaxError as error:
        raise InvalidData([Fault(f"Die Abfrage ist kein gültiges SPARQL: {error}", question)]) from error
    except TypeError as error:
        kind = "CONSTRUCT oder DESCRIBE" if format_ == "ttl" else "SELECT"
        raise click.UsageError(f"Das Format {format_} braucht eine Abfrage mit {kind}.") from error


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
