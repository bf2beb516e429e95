"""`serve`: the service on this machine."""

import threading
from importlib.metadata import version
from pathlib import Path

import click
import uvicorn

from api.app import create_app
from api.findings import Findings
from api.home import data_dir_option, edition
from api.service import Service
from api.settings import Settings
from graph.edition import Edition
from graph.errors import NotEmpty


@click.command("serve", short_help="Den Dienst starten.")
@click.option("--host", default=lambda: Settings().host, show_default="127.0.0.1", help="Adresse.")
@click.option("--port", type=int, default=lambda: Settings().port, show_default="8000", help="Port.")
@click.option("--empty", is_flag=True, help="Ohne die mitgelieferten Daten; das Verzeichnis muss leer sein.")
@data_dir_option
def serve_command(host: str, port: int, empty: bool, data_dir: Path) -> None:
    """Startet den Dienst; Strg+C beendet ihn."""
    home = _empty(data_dir) if empty else edition(data_dir)
    click.echo(f"Zukunftsgraph läuft auf http://{host}:{port} (Strg+C beendet).", err=True)
    uvicorn.run(create_app(service(home)), host=host, port=port, log_level="warning", server_header=False)


def service(home: Edition) -> Service:
    """The service of a data directory; it sees every change as soon as it is stored."""
    findings, settings = Findings(home), Settings()
    # The comparison takes a moment: begun now, it is ready when the first visitor asks.
    if home.number:
        threading.Thread(target=findings.of, args=(settings.district, "all"), daemon=True).start()
    return Service(
        open_store=home.read,
        change=lambda: home.number,
        overlaps=findings.of,
        overlap=findings.one,
        district=settings.district,
        version=version("zukunftsgraph"),
    )


def _empty(data_dir: Path) -> Edition:
    if data_dir.exists() and any(data_dir.iterdir()):
        raise NotEmpty(data_dir)
    home = Edition(data_dir)
    with home.writing("serve --empty") as writer:
        writer.publish(even_empty=True)
    return home
