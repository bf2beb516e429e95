"""The reference pages of the documentation, written from the code: `python -m api.reference docs/reference`.

A test compares them with what stands there, so that no page tells what is no longer so.
"""

import sys
from pathlib import Path

import click

from api.cli import main
from api.settings import Settings
from queries import named, names

NOTE = "<!-- Aus dem Code erzeugt (`make format`); hier nicht von Hand ändern. -->\n"


def pages() -> dict[str, str]:
    """File name → text of every generated page."""
    return {"commands.md": commands(), "queries.md": questions(), "settings.md": settings()}


def commands() -> str:
    """What the command line offers."""
    parts = [
        NOTE,
        "# Befehle\n",
        "Rückgabe: 0 fertig, 1 Daten müssen verbessert werden, 2 falscher Aufruf.\n",
    ]
    group = click.Context(main, info_name="zukunftsgraph")
    for name in main.list_commands(group):
        command = main.get_command(group, name)
        if command is None:
            continue
        context = click.Context(command, parent=group, info_name=name)
        usage = " ".join([f"zukunftsgraph {name}", *command.collect_usage_pieces(context)])
        parts.append(f"## {name}\n\n{(command.help or '').strip()}\n\n```\n{usage}\n```\n")
        rows = [param.get_help_record(context) for param in command.get_params(context)]
        parts.append("\n".join(f"- `{row[0]}` – {row[1]}" for row in rows if row) + "\n")
    return "\n".join(parts)


def questions() -> str:
    """The questions of the catalogue, with what they take."""
    parts = [NOTE, "# Fragen\n", "Aufruf: `zukunftsgraph query NAME [-p PARAMETER=WERT]`.\n"]
    for name in names():
        query = named(name)
        parts.append(f"## {name}\n\n**{query.summary}** {query.question}\n\nFür: {query.audience}\n")
        parts += [
            f"- Parameter `{p.name}` ({p.type}): {p.label}"
            + (f"; ohne Angabe `{p.default}`" if p.default else "")
            + "\n"
            for p in query.parameters
        ]
    return "\n".join(parts)


def settings() -> str:
    """What can be set from outside."""
    described = {
        "data_dir": "Verzeichnis des Graphen; ohne Angabe der Datenordner der Plattform",
        "district": "Kreis (Schlüssel), dessen Überschneidungen die Startseite zuerst zeigt",
        "host": "Adresse, auf der `serve` hört",
        "port": "Port, auf dem `serve` hört",
    }
    rows = [
        f"| `ZUKUNFTSGRAPH_{name.upper()}` | {described[name]} | `{field.default}` |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(
        [NOTE, "# Einstellungen\n", "| Variable | was sie tut | ohne Angabe |", "|---|---|---|", *rows, ""]
    )


if __name__ == "__main__":
    for file, text in pages().items():
        (Path(sys.argv[1]) / file).write_text(text, encoding="utf-8")
