"""`reason`: the gate that terms and data have to pass."""

from dataclasses import asdict
from pathlib import Path

import click

from api.commands.load import read_files
from api.home import data_dir_option, reading
from api.tables import as_json
from ontology.gate import check
from ontology.pellet import ReasonerFailed, ReasonerMissing


@click.command("reason", short_help="Ontologie und Daten auf Widersprüche prüfen.")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_data", is_flag=True, help="Bericht als JSON.")
@data_dir_option
def reason_command(files: tuple[Path, ...], as_data: bool, data_dir: Path) -> None:
    """Prüft OWL-2-Profile, Widerspruchsfreiheit und Erfüllbarkeit, auch zusammen mit FOAF, ORG und PROV-O.

    Mit Dateien wird geprüft, ob der Graph mit ihnen zusammen widerspruchsfrei bliebe; gespeichert wird nichts.
    """
    accepted = reading(data_dir).construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    for dataset in read_files(files):
        accepted += dataset.statements
    try:
        report = check(accepted)
    except ReasonerMissing as error:
        raise click.ClickException(str(error)) from error
    except ReasonerFailed as error:
        raise click.ClickException(f"Der Reasoner wurde nicht fertig: {error}") from error
    click.echo(as_json(asdict(report)) if as_data else report.text)
    if not report.passed:
        raise click.exceptions.Exit(1)
