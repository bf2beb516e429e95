"""`crosswalk`: which action field belongs to which shared theme, and who says so; and how to change it."""

from datetime import date
from pathlib import Path

import click

from api.commands.options import Wanted, tabular
from api.home import data_dir_option, edition, public_option, reading
from graph.crosswalk import RELATIONS, FieldMapping, crosswalk
from graph.mapping import assign, withdraw
from graph.vocabulary import address
from queries import Row


@click.command(
    "crosswalk", short_help="Handlungsfelder und gemeinsame Themen: zeigen, zuordnen, zurücknehmen."
)
@click.option("--strategy", default="", help="Nur diese Strategie (Kurzname oder Adresse).")
@click.option("--history", is_flag=True, help="Auch zurückgenommene Zuordnungen zeigen.")
@click.option(
    "--set", "assigned", nargs=2, metavar="FELD THEMA", help="Ein Handlungsfeld einem Thema zuordnen."
)
@click.option("--withdraw", "withdrawn", nargs=2, metavar="FELD THEMA", help="Eine Zuordnung zurücknehmen.")
@click.option(
    "--relation",
    type=click.Choice(list(RELATIONS)),
    help="exact: dasselbe, close: ungefähr, broad: das Thema ist weiter, narrow: das Thema ist enger.",
)
@click.option("--by", default="", help="Stelle, Amt oder Rolle, die das sagt; kein Name einer Person.")
@click.option("--reason", default="", help="Der Grund, in einem Satz.")
@tabular
@public_option
@data_dir_option
def crosswalk_command(
    strategy: str,
    history: bool,
    assigned: tuple[str, str] | None,
    withdrawn: tuple[str, str] | None,
    relation: str | None,
    by: str,
    reason: str,
    wanted: Wanted,
    public: bool,
    data_dir: Path,
) -> None:
    """Zeigt die Zuordnung der Handlungsfelder zum gemeinsamen Themenverzeichnis oder ändert sie.

    Eine zurückgenommene oder ersetzte Zuordnung bleibt mit Datum, Stelle und Grund stehen (--history).
    """
    if assigned or withdrawn:
        _change(data_dir, assigned, withdrawn, relation, by, reason)
        return
    if relation or by or reason:
        raise click.UsageError("--relation, --by und --reason gehören zu --set oder --withdraw.")
    store = reading(data_dir, public)
    named = strategy if "/" in strategy or not strategy else f"strategy/{strategy}"
    found = crosswalk(store, address(named))
    rows = [_row(mapping, history) for mapping in (*found.mappings, *(found.withdrawn if history else ()))]
    wanted.give(found.as_json(history), rows, "Zuordnung der Handlungsfelder")
    if wanted.on_screen:
        click.echo(found.sentence)
        for field in found.unmapped:
            click.echo(f"Ohne Zuordnung: {field.label} ({field.strategy_label})")


def _change(
    data_dir: Path,
    assigned: tuple[str, str] | None,
    withdrawn: tuple[str, str] | None,
    relation: str | None,
    by: str,
    reason: str,
) -> None:
    if assigned and withdrawn:
        raise click.UsageError("Entweder --set oder --withdraw, nicht beides.")
    if assigned and not relation:
        raise click.UsageError("Zu --set gehört --relation exact, close, broad oder narrow.")
    if withdrawn and relation:
        raise click.UsageError("--relation gehört zu --set; --withdraw nimmt jedes Verhältnis zurück.")
    home = edition(data_dir)
    if assigned:
        mapping = assign(home, *assigned, relation=relation or "", by=by, reason=reason, on=date.today())
        click.echo(mapping.sentence)
    elif withdrawn:
        for mapping in withdraw(home, *withdrawn, by=by, reason=reason, on=date.today()):
            click.echo(mapping.sentence)


def _row(mapping: FieldMapping, history: bool) -> Row:
    row: Row = {
        "Kreis": mapping.authority_label,
        "Strategie": mapping.strategy_label,
        "Handlungsfeld": mapping.field_label,
        "Verhältnis": RELATIONS[mapping.relation],
        "Thema": mapping.theme_label,
        "Grund": mapping.reason,
        "von": mapping.by,
        "am": mapping.on,
    }
    if history:
        gone = f"{mapping.withdrawn_on}, {mapping.withdrawn_by}: {mapping.withdrawal_reason}"
        row["zurückgenommen"] = "" if mapping.in_force else gone
    return row
