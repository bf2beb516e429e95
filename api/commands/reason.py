"""`reason`: the gate that terms and data have to pass."""

from dataclasses import asdict
from pathlib import Path

import click

from api.home import data_dir_option, reading
from api.tables import as_json
from ontology.gate import check
from ontology.pellet import ReasonerFailed, ReasonerMissing


@click.command("reason", short_help="Ontologie und Daten auf Widersprüche prüfen.")
@click.option("--json", "as_data", is_flag=True, help="Bericht als JSON.")
@data_dir_option
def reason_command(as_data: bool, data_dir: Path) -> None:
    """Prüft OWL-2-Profile, Widerspruchsfreiheit und Erfüllbarkeit, auch zusammen mit FOAF, ORG und PROV-O."""
    accepted = reading(data_dir).construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    try:
        report = check(accepted)
    except ReasonerMissing as error:
        raise click.ClickException(str(error)) from error
    except ReasonerFailed as error:
        raise click.ClickException(f"Der Reasoner wurde nicht fertig: {error}") from error
    click.echo(as_json(asdict(report)) if as_data else report.text)
    if not report.passed:
        raise click.exceptions.Exit(1)
