"""`user`: who may log in to the service."""

import sys
from datetime import datetime
from pathlib import Path

import click

from api.accounts import FILE, LONGEST_PASSWORD, SHORTEST_PASSWORD, Accounts, InvalidAccount, Role
from api.home import data_dir_option
from api.tables import as_json, as_table
from api.words import ROLES
from queries import Row

ROLE_NAMES = [role.name.lower() for role in Role]


@click.group("user", short_help="Konten: wer sich beim Dienst anmelden darf.")
@click.help_option("-h", "--help", help="Diese Hilfe zeigen.")
def user_command() -> None:
    """Legt Konten an, zeigt und entfernt sie, auch neben einem laufenden Dienst; es gilt sofort."""


@user_command.command("add", short_help="Ein Konto anlegen.")
@click.argument("name")
@click.option(
    "--role",
    required=True,
    type=click.Choice(ROLE_NAMES),
    help="Rolle: " + ", ".join(f"{name} = {word}" for name, word in ROLES.items()) + ".",
)
@click.option(
    "--password-stdin", is_flag=True, help="Das Passwort aus der ersten Zeile der Standardeingabe lesen."
)
@click.option(
    "--token",
    is_flag=True,
    help="Ein Token für Programme ausgeben, dieses eine Mal; ein Passwort hat das Konto dann nur mit --password-stdin.",
)
@click.option("--label", default="", help="Wofür das Token ist.")
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    help="Das Token gilt so viele Tage; ohne Angabe, bis das Konto geht.",
)
@data_dir_option
def add_command(
    name: str, role: str, password_stdin: bool, token: bool, label: str, days: int | None, data_dir: Path
) -> None:
    """Legt das Konto NAME an und fragt zweimal nach einem Passwort mit mindestens zwölf Zeichen."""
    if (label or days) and not token:
        raise click.UsageError("--label und --days gehören zu --token.")
    password: str | None = None
    if password_stdin:
        password = _first_line()
    elif not token:
        password = click.prompt(
            f"Passwort für {name} (mindestens {SHORTEST_PASSWORD} Zeichen)",
            hide_input=True,
            confirmation_prompt="Noch einmal",
            err=True,
        )
    accounts = Accounts(data_dir / FILE)
    try:
        name = accounts.add(name, Role[role.upper()], password)
    except InvalidAccount as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"Konto „{name}“ angelegt, Rolle {role} ({ROLES[role]}).", err=True)
    if token:
        click.echo("Das Token wird nur jetzt gezeigt:", err=True)
        click.echo(accounts.issue(name, label, days))


@user_command.command("list", short_help="Die Konten zeigen.")
@click.option("--json", "as_data", is_flag=True, help="Ausgabe als JSON.")
@data_dir_option
def list_command(as_data: bool, data_dir: Path) -> None:
    """Zeigt jedes Konto mit Rolle, und ob es Passwort und Token hat; Geheimnisse sind nicht dabei."""
    found = Accounts(data_dir / FILE).all()
    if as_data:
        rows = [
            {
                "name": account.name,
                "role": account.role.name.lower(),
                "password": account.has_password,
                "tokens": account.tokens,
                "created": datetime.fromtimestamp(account.created).astimezone().isoformat("T", "seconds"),
            }
            for account in found
        ]
        click.echo(as_json(rows))
        return
    words: list[Row] = [
        {
            "Name": account.name,
            "Rolle": f"{account.role.name.lower()} ({ROLES[account.role.name.lower()]})",
            "Passwort": "ja" if account.has_password else "nein",
            "Token": account.tokens,
            "angelegt": f"{datetime.fromtimestamp(account.created):%d.%m.%Y}",
        }
        for account in found
    ]
    click.echo(as_table(words) if words else "Es gibt noch keine Konten; `user add` legt eines an.")


@user_command.command("remove", short_help="Ein Konto entfernen.")
@click.argument("name")
@data_dir_option
def remove_command(name: str, data_dir: Path) -> None:
    """Entfernt das Konto NAME; seine Sitzungen und Token enden sofort."""
    removed = Accounts(data_dir / FILE).remove(name)
    click.echo(f"Konto „{removed}“ entfernt; seine Sitzungen und Token gelten nicht mehr.", err=True)


def _first_line() -> str:
    raw = sys.stdin.buffer.readline(LONGEST_PASSWORD + 3)
    try:
        return raw.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError as error:
        raise click.UsageError("Das Passwort auf der Standardeingabe ist kein UTF-8.") from error
