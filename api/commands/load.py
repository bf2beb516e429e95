"""`load` and `validate`: data come in whole and valid, or not at all."""

from importlib import import_module
from pathlib import Path

import click

from api.home import data_dir_option, edition, reading
from api.tables import as_json
from graph import authored, rdf_file
from graph.dataset import Dataset
from graph.errors import Fault, InvalidData
from graph.store import Askable
from graph.validation import require_valid

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
WAIT = 30
"""Seconds to wait for another writer: beside a service that takes changes there is always one."""
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".csv", ".tsv", ".ods")
"""Endings of filled templates, and of what is taken for one and then refused with the reason."""


@click.command("load", short_help="Daten einlesen: alles oder nichts.")
@FILES
@click.option("--dataset", help="Name des Datensatzes; sonst sagt ihn die Datei oder ihr Name.")
@click.option("--dry-run", is_flag=True, help="Nur prüfen und sagen, was geschähe.")
@data_dir_option
def load_command(files: tuple[Path, ...], dataset: str | None, dry_run: bool, data_dir: Path) -> None:
    """Liest RDF-Dateien, Dateien der Autorenform oder ausgefüllte Vorlagen ein, prüft sie und speichert sie zusammen.

    Ein Datensatz gleichen Namens wird ersetzt. Ist eine Datei fehlerhaft, wird nichts gespeichert.
    """
    home = edition(data_dir)
    store = home.internal.read()
    datasets = read_files(files, dataset, store)
    require_valid(datasets, store)
    for found in datasets:
        click.echo(f"{found.file}: {len(found.statements)} Aussagen im Datensatz {found.slug}")
    if dry_run:
        click.echo("Geprüft, nichts gespeichert (--dry-run).")
        return
    with home.writing("load", wait=WAIT) as writer:
        change = writer.load(datasets)
    click.echo(
        f"Gespeichert als Änderung {change.number}: {change.added} Quads neu, {change.removed} entfernt."
        if change
        else "Nichts zu ändern: der Graph sagt das alles schon."
    )


@click.command("validate", short_help="Dateien prüfen, nichts speichern.")
@FILES
@click.option("--json", "as_data", is_flag=True, help="Bericht als JSON.")
@data_dir_option
def validate_command(files: tuple[Path, ...], as_data: bool, data_dir: Path) -> None:
    """Prüft RDF-Dateien, Dateien der Autorenform oder ausgefüllte Vorlagen (XLSX, CSV) und nennt zu jedem Fehler Datei
    und Zeile, bei Vorlagen auch Blatt und Zelle."""
    store = reading(data_dir)
    try:
        require_valid(read_files(files, None, store), store)
        faults: tuple[Fault, ...] = ()
    except InvalidData as error:
        faults = error.faults
    if as_data:
        click.echo(as_json([fault.__dict__ for fault in faults]))
    else:
        click.echo(
            "\n".join([*map(str, faults), f"{len(faults)} {'Verstoß' if len(faults) == 1 else 'Verstöße'}."])
        )
    if faults:
        raise click.exceptions.Exit(1)


def read_files(
    files: tuple[Path, ...], dataset: str | None = None, store: Askable | None = None
) -> list[Dataset]:
    """All files as datasets; the faults of all of them together. Templates speak of what is in the `store` by name."""
    datasets, faults = list[Dataset](), list[Fault]()
    for file in files:
        try:
            if file.suffix in (".yaml", ".yml"):
                datasets.append(authored.read(file))
            elif file.suffix.lower() in SPREADSHEETS and store is not None:
                datasets.append(_template(file, store, dataset or ""))
            else:
                datasets.append(rdf_file.read(file, dataset))
        except InvalidData as error:
            faults.extend(error.faults)
    seen: dict[str, str] = {}
    for found in datasets:
        if str(found.iri) in seen:
            both = f"{seen[str(found.iri)]} und {found.file}"
            faults.append(Fault(f"{both} wären derselbe Datensatz „{found.slug}“.", found.file))
        seen[str(found.iri)] = found.file
        if not found.statements:
            faults.append(Fault("Die Datei sagt nichts aus.", found.file))
    if faults:
        raise InvalidData(faults)
    return datasets


def _template(file: Path, store: Askable, name: str) -> Dataset:
    """The dataset of a filled template; hints go to stderr."""
    # Reading spreadsheets brings openpyxl: paid for only by who has one.
    known = import_module("graph.filled").known(store, import_module("graph.inventory").inventory(store))
    found = import_module("graph.template_reading").fill(file.read_bytes(), file.name, known).require()
    for hint in found.hints:
        click.echo(f"Hinweis: {hint.as_fault(file.name)}", err=True)
    read: Dataset = import_module("graph.template_dataset").dataset(
        found, known, name.removeprefix("dataset/")
    )
    return read
