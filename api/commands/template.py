"""`template`: the spreadsheet that a district fills in with its measures."""

from importlib import import_module
from pathlib import Path

import click

from api.home import data_dir_option, reading


@click.command("template", short_help="Die Vorlage zum Ausfüllen schreiben (xlsx, csv).")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Datei; die Endung sagt, was.",
)
@data_dir_option
def template_command(out: Path, data_dir: Path) -> None:
    """Schreibt die Vorlage, in die ein Kreis seine Maßnahmen einträgt.

    Ausgefüllt prüft sie `zukunftsgraph validate DATEI.xlsx`, und `zukunftsgraph load DATEI.xlsx` liest sie ein.
    """
    file = import_module("graph.template_file")
    if out.suffix == ".csv":
        out.write_bytes(file.table())
    elif out.suffix == ".xlsx":
        places = import_module("graph.circle").places(reading(data_dir, public=True))
        out.write_bytes(file.workbook(import_module("graph.template").lists(places.values())))
    else:
        raise click.UsageError(
            f"Die Endung {out.suffix or '(keine)'} ist nicht bekannt; möglich: .xlsx, .csv."
        )
    click.echo(f"{out} geschrieben ({out.stat().st_size // 1024} KB).", err=True)
