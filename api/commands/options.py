"""What several commands share: their options, each said once, and how their answer is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from api.tables import as_json, put, show
from graph.circle import KINDS
from graph.gazetteer import District, named_district
from graph.store import Askable
from queries import Row

Command = Callable[..., Any]
TABLES = ("table", "csv", "json", "xlsx")

_DISTRICT = "Kreis: Schlüssel (08118) oder Name."
district_option = click.option("--district", required=True, help=_DISTRICT)
any_district_option = click.option("--district", default="", help=_DISTRICT)


def circle_option(help: str, default: str = "all", name: str = "circle") -> Callable[[Command], Command]:
    """The option that says which other districts count."""
    kinds = click.Choice(KINDS)
    return click.option("--circle", name, type=kinds, default=default, show_default=True, help=help)


def limit_option(default: int) -> Callable[[Command], Command]:
    """The option that says how long a list may be."""
    lines = click.IntRange(1)
    return click.option(
        "--limit", type=lines, default=default, show_default=True, help="Höchstens so viele Zeilen."
    )


@dataclass(frozen=True)
class Wanted:
    """In which form an answer is wanted, and in which file; without one it goes to stdout."""

    form: str
    out: Path | None = None

    @property
    def on_screen(self) -> bool:
        """Whether a person reads it as a table: only then sentences stand below."""
        return self.form == "table" and self.out is None

    def give(
        self,
        answer: object,
        rows: Sequence[Row],
        title: str,
        network: Callable[[str], bytes] | None = None,
    ) -> None:
        """Writes the answer as JSON, its rows as a table, or its network in one of the forms that are none of these."""
        if self.form == "json":
            put(as_json(answer), self.out)
        elif self.form in TABLES or network is None:
            show(rows, self.form, self.out, title)
        elif self.out:
            self.out.write_bytes(network(self.form))
        else:
            click.echo(network(self.form).decode().rstrip("\n"))


def wanted_in(*forms: str) -> Callable[[Command], Command]:
    """The options `--format`, `--json` and `--out`, which a command gets as one value, `wanted`."""
    more = "; gexf, graphml, node-link, edges, nodes schreiben das Netz" if len(forms) > len(TABLES) else ""

    def add(command: Command) -> Command:
        @wraps(command)
        def asked(*, format_: str, as_data: bool, out: Path | None, **others: Any) -> Any:
            return command(wanted=Wanted("json" if as_data else format_, out), **others)

        kinds = click.Choice(forms)
        made: Command = click.option(
            "--out", type=click.Path(dir_okay=False, path_type=Path), help="Datei statt Bildschirm."
        )(asked)
        made = click.option("--json", "as_data", is_flag=True, help="Dasselbe wie --format json.")(made)
        help = f"Ausgabeform{more}."
        return click.option("--format", "format_", type=kinds, default="table", help=help)(made)

    return add


tabular = wanted_in(*TABLES)


def meant_district(store: Askable, asked: str) -> District:
    """The district that somebody means; stderr says what else the words could mean."""
    meant, others = named_district(store, asked)
    if others:
        click.echo(f"Gemeint ist {meant}; denkbar wäre auch {', '.join(map(str, others))}.", err=True)
    return meant
