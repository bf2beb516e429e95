"""The data directory of a command: where it is, and what happens when nothing lies there yet."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.settings import Settings
from graph.edition import Edition
from graph.shipped import shipped_datasets
from graph.store import Store


def data_dir_option(command: Callable[..., Any], used: bool = True) -> Callable[..., Any]:
    """The options that every command has: where the graph lies, and help in German."""
    command = click.help_option("-h", "--help", help="Diese Hilfe zeigen.")(command)
    return click.option(
        "--data-dir",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="ZUKUNFTSGRAPH_DATA_DIR",
        default=lambda: Settings().directory,
        show_default="Datenordner der Plattform",
        help="Verzeichnis des Graphen." if used else "Wird hier nicht gebraucht.",
        expose_value=used,
    )(command)


def no_data_dir_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same options for a command that asks no graph, so that every command may be called alike."""
    return data_dir_option(command, used=False)


def edition(data_dir: Path) -> Edition:
    """The edition in a directory; where there is none it is built from the shipped datasets, which stderr says."""
    found = Edition(data_dir)
    if not found.exists:
        click.echo(
            f"In {data_dir} liegt noch kein Graph; er wird aus den mitgelieferten Daten gebaut …", err=True
        )
        with found.writing("build") as writer:
            if not found.exists:  # another process may have been quicker
                writer.load(shipped_datasets())
    return found


def reading(data_dir: Path) -> Store:
    """The newest view of that edition."""
    return edition(data_dir).read()
