"""`backup`, `restore`, `rebuild`: keep the graph safe and whole."""

from pathlib import Path

import click

from api.home import data_dir_option, edition, servers
from graph.home import backup, restore


@click.command("backup", short_help="Graph und Änderungsbuch in eine Datei sichern.")
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
@data_dir_option
def backup_command(archive: Path, data_dir: Path) -> None:
    """Sichert den Graphen mit allen Änderungen in die Datei ARCHIVE (tar.gz)."""
    number = backup(edition(data_dir), archive)
    click.echo(f"{archive}: Stand der Änderung {number}, {archive.stat().st_size:,} Bytes.".replace(",", "."))


@click.command("restore", short_help="Eine Sicherung in ein leeres Verzeichnis zurückholen.")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@data_dir_option
def restore_command(archive: Path, data_dir: Path) -> None:
    """Holt die Sicherung ARCHIVE in das (leere) Datenverzeichnis zurück."""
    number = restore(archive, data_dir, servers())
    click.echo(f"{data_dir}: wiederhergestellt auf den Stand der Änderung {number}.")


@click.command("rebuild", short_help="Alles Abgeleitete aus den Quellen neu berechnen.")
@data_dir_option
def rebuild_command(data_dir: Path) -> None:
    """Berechnet gültige und gefolgerte Aussagen, Ontologie und Themen aus den Quellen neu."""
    with edition(data_dir).writing("rebuild") as writer:
        change = writer.rebuild()
    click.echo(
        f"Änderung {change.number}: {change.added} Quads neu, {change.removed} entfernt."
        if change
        else "Alles war schon auf dem Stand der Quellen."
    )
