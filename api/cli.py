"""The command line: which commands there are, and what becomes of our errors.

Every command lives in a module of its own under `api.commands` and is imported when it is called.
https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands
"""

import importlib
import logging
import sys
from typing import Any

import click

from graph.errors import (
    InvalidData,
    Locked,
    NotEmpty,
    StoreUnavailable,
    TooLarge,
    Unknown,
    WrongSetting,
    ZukunftsgraphError,
)

COMMANDS = {
    "backup": "upkeep",
    "board": "board",
    "bridges": "networks",
    "check": "check",
    "common": "networks",
    "compare": "compare",
    "counties": "counties",
    "crosswalk": "crosswalk",
    "evaluate": "benchmark",
    "export": "export",
    "fit": "benchmark",
    "fragmentation": "networks",
    "gaps": "gaps",
    "groups": "networks",
    "judge": "judge",
    "judgements": "judge",
    "load": "load",
    "network": "network",
    "overlaps": "findings",
    "passage": "passage",
    "priorities": "priorities",
    "query": "query",
    "reason": "reason",
    "rebuild": "upkeep",
    "report": "report",
    "restore": "upkeep",
    "same": "same",
    "serve": "serve",
    "similar": "networks",
    "template": "template",
    "user": "user",
    "validate": "load",
    "way": "networks",
}
"""Command → module of `api.commands` that holds it."""
EXIT: dict[type[ZukunftsgraphError], int] = {
    InvalidData: 1,
    Locked: 1,
    StoreUnavailable: 1,
    TooLarge: 1,
    NotEmpty: 2,
    Unknown: 2,
    WrongSetting: 2,
}
"""0 done, 1 data must be mended, 2 wrong call."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"api.commands.{COMMANDS[name]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ZukunftsgraphError as error:
            click.echo(f"Fehler: {error}", err=True)
            sys.exit(next((code for kind, code in EXIT.items() if isinstance(error, kind)), 1))
        except OSError as error:
            if error.filename is None:
                raise
            click.echo(
                f"Fehler: {error.filename} lässt sich nicht lesen oder schreiben ({error.strerror}).",
                err=True,
            )
            sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zukunftsgraph", message="%(prog)s %(version)s")
def main() -> None:
    """Zukunftsgraph: wer macht was schon, wo, und welche Stelle der Quelle sagt es.

    Rückgabe: 0 fertig, 1 Daten müssen verbessert werden, 2 falscher Aufruf.
    """
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
