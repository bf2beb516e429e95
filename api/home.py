"""The data directory of a command: where it is, and what happens when nothing lies there yet."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from api.settings import Settings
from graph.edition import Edition
from graph.home import Home
from graph.servers import EMBEDDED, Servers
from graph.shipped import shipped_datasets
from graph.store import QuadStore


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


public_option = click.option(
    "--public", is_flag=True, help="Nur lesen, was öffentlich ist; ohne Angabe auch Internes."
)
"""For commands that read everything: whoever may read the files of the data directory may read what is internal."""


def no_data_dir_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same options for a command that asks no graph, so that every command may be called alike."""
    return data_dir_option(command, used=False)


def home_in(data_dir: Path) -> Home:
    """The data directory with the databases that the settings name, whatever is in it."""
    return Home(data_dir, servers())


def servers() -> Servers:
    """The database servers that the settings name. Raises `WrongSetting`."""
    settings = Settings()
    if not settings.server and not settings.public_store:
        return EMBEDDED
    # The client for HTTP takes a moment to import: paid for only by who has a server.
    remote = importlib.import_module("graph.remote")
    found: Servers = remote.servers_of(
        remote.server_of(
            settings.server,
            settings.store_update_url,
            settings.store_graph_url,
            settings.store_auth.get_secret_value(),
        ),
        remote.server_of(
            settings.public_store,
            settings.public_store_update_url,
            settings.public_store_graph_url,
            settings.public_store_auth.get_secret_value(),
            "ZUKUNFTSGRAPH_PUBLIC_STORE",
        ),
    )
    return found


def edition(data_dir: Path) -> Home:
    """The edition in a directory; where there is none it is built from the shipped datasets, which stderr says."""
    found = home_in(data_dir)
    if not found.exists:
        click.echo(
            f"In {data_dir} liegt noch kein Graph; er wird aus den mitgelieferten Daten gebaut …", err=True
        )
        with found.writing("build") as writer:
            if not found.exists:  # another process may have been quicker
                writer.load(shipped_datasets())
    return found


def reading(data_dir: Path, public: bool = False) -> QuadStore:
    """The newest view of everything that lies there, or of what is public."""
    return chosen(edition(data_dir), public).read()


def chosen(home: Home, public: bool) -> Edition:
    """The edition that a command is to read."""
    return home.public if public else home.internal
