"""The reference pages of the documentation, written from the code: `python -m api.reference docs/reference`.

A test compares them with what stands there, so that no page tells what is no longer so.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import click
import pyoxigraph as ox

from api import questions as questions_api
from api.cli import main
from api.settings import Settings
from queries import named, names
from queries.catalogue import BASE, TYPES

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
    for name, command, context in leaves(main, click.Context(main, info_name="zukunftsgraph")):
        usage = " ".join([f"zukunftsgraph {name}", *command.collect_usage_pieces(context)])
        parts.append(f"## {name}\n\n{(command.help or '').strip()}\n\n```\n{usage}\n```\n")
        rows = [param.get_help_record(context) for param in command.get_params(context)]
        parts.append("\n".join(f"- `{row[0]}` – {row[1]}" for row in rows if row) + "\n")
    return "\n".join(parts)


def leaves(group: click.Group, above: click.Context) -> Iterator[tuple[str, click.Command, click.Context]]:
    """Every command that can be called, by its full name (`user add`)."""
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        if command is None:
            continue
        context = click.Context(command, parent=above, info_name=name)
        if isinstance(command, click.Group):
            for rest, leaf, inner in leaves(command, context):
                yield f"{name} {rest}", leaf, inner
        else:
            yield name, command, context


def questions() -> str:
    """The questions of the catalogue: for whom, with which parameters, with which columns, and where to ask them."""
    queries = [named(name) for name in names()]
    parts = [
        NOTE,
        "# Fragen\n",
        "Jede Frage lässt sich auf der Befehlszeile stellen und unter einer Adresse des Dienstes abrufen. Die Form der "
        f"Antwort sagt dort `format`: {', '.join(questions_api.TABLES)}, bei einem Graphen "
        f"{', '.join(questions_api.GRAPHS)}. Ein Ding wird mit seiner Adresse genannt oder mit dem Kurznamen, den die "
        f"Tabellen zeigen: `theme/klima` steht für `{BASE}theme/klima`.\n",
        "| wer fragt | Fragen |\n|---|---|",
    ]
    for user in sorted({user for query in queries for user in query.users}):
        links = (f"[{query.name}](#{query.name})" for query in queries if user in query.users)
        parts[-1] += f"\n| {user} | {' · '.join(links)} |"
    parts[-1] += "\n"
    for query in queries:
        parts.append(f"## {query.name}\n\n**{query.summary}** {query.question}\n\nFür: {query.audience}\n")
        if query.parameters:
            parts.append("| Parameter | was | Art | ohne Angabe |\n|---|---|---|---|")
            for p in query.parameters:
                kind = ", ".join(f"`{n}` {label}" for n, label in p.choices.items()) or TYPES[p.type]
                parts[-1] += f"\n| `{p.name}` | {p.label} | {kind} | `{p.example}` |"
            parts[-1] += "\n"
        result = ox.Store().query(query.filled({}))
        if isinstance(result, ox.QuerySolutions):
            parts.append(f"Spalten: {', '.join(f'`{variable.value}`' for variable in result.variables)}\n")
        else:
            parts.append("Ergebnis: ein Graph\n")
        address = "&".join(f"{p.name}={quote(p.example, safe='/:')}" for p in query.parameters)
        options = "".join(f" -p {p.name}={p.example}" for p in query.parameters)
        parts.append(
            f"```\n/api/v1/queries/{query.name}{'?' if address else ''}{address}\n"
            f"zukunftsgraph query {query.name}{options}\n```\n"
        )
    return "\n".join(parts)


def settings() -> str:
    """What can be set from outside."""
    described = {
        "data_dir": "Verzeichnis des Graphen; ohne Angabe der Datenordner der Plattform",
        "district": "Kreis (Schlüssel), dessen Überschneidungen die Startseite zuerst zeigt",
        "host": "Adresse, auf der `serve` hört",
        "port": "Port, auf dem `serve` hört",
        "imprint": "Impressum: Adresse im Netz (`https://…`) oder [Textdatei](../how-to/legal-pages.md)",
        "privacy": "Angaben zum Datenschutz, ebenso",
        "accessibility": "Erklärung zur Barrierefreiheit, ebenso",
        "root_path": "Pfad, unter dem ein Proxy den Dienst zeigt, etwa `/graph`",
        "proxies": "Adressen der Proxys, deren Angaben über Besucher und Verschlüsselung gelten, mit Komma getrennt; "
        "ohne Angabe gelten niemandes",
        "token": "Zugangstoken mit den Rechten der Administration, für Automaten",
        "query_seconds": "So lange darf eine fremde Abfrage rechnen (Sekunden)",
        "query_memory_mb": "So viel Speicher darf eine Abfrage nehmen (MiB)",
        "engine": "Wo die Blöcke [großer Vergleiche](../explanation/scale.md) gerechnet werden: `local`, `dask`, "
        "`dask:ADRESSE`",
        "store": "`sparql:URL`: [Datenbankserver](../how-to/use-another-database.md) des Graphen; ohne Angabe die "
        "eingebaute Datenbank im Datenverzeichnis",
        "store_update_url": "Adresse für Änderungen, wenn es eine andere ist",
        "store_graph_url": "Adresse für ganze Graphen (Graph Store Protocol); spart Zeit",
        "store_auth": "Anmeldung dort: `NAME:PASSWORT`, `digest NAME:PASSWORT` oder `bearer TOKEN`",
        "public_store": "`sparql:URL`: Datenbankserver des öffentlichen Stands, ein eigener Datenbestand",
        "public_store_update_url": "dessen Adresse für Änderungen",
        "public_store_graph_url": "dessen Adresse für ganze Graphen",
        "public_store_auth": "Anmeldung dort",
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
