"""`priorities`: measures ranked by weighted criteria, with what is unknown and how firm it is."""

from dataclasses import asdict
from pathlib import Path

import click

from api.commands.options import Wanted, circle_option, district_option, meant_district, tabular
from api.findings import Findings
from api.home import chosen, data_dir_option, edition, public_option
from graph.errors import Fault, InvalidData
from graph.inventory import inventory
from graph.priorities import CRITERIA, RUNS, SEED, SPREAD, TOP, WHY, priorities, table
from graph.scores import Given, read_scores, template


@click.command(
    "priorities", short_help="Maßnahmen nach gewichteten Kriterien ordnen, mit Prüfung der Gewichte."
)
@district_option
@circle_option("Mit wem verglichen wird.")
@click.option(
    "--scores",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Bewertungen von 0 bis 5 (csv, yaml, json).",
)
@click.option(
    "--weights",
    default="",
    help=f"Gewichte, etwa professional=3,synergy=1,5 mit Semikolon getrennt; {', '.join(CRITERIA)}.",
)
@click.option(
    "--top", type=click.IntRange(1), default=TOP, show_default=True, help="Um wie viele erste Plätze es geht."
)
@click.option(
    "--spread",
    type=click.FloatRange(0, 1, max_open=True),
    default=SPREAD,
    show_default=True,
    help="Um welchen Teil die Gewichte schwanken.",
)
@click.option("--runs", type=click.IntRange(1), default=RUNS, show_default=True, help="Zahl der Läufe.")
@click.option(
    "--seed", type=click.IntRange(0), default=SEED, show_default=True, help="Startwert des Zufalls."
)
@click.option(
    "--template",
    "empty",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Leere Tabelle zum Ausfüllen schreiben.",
)
@tabular
@public_option
@data_dir_option
def priorities_command(
    district: str,
    circle: str,
    scores: Path | None,
    weights: str,
    top: int,
    spread: float,
    runs: int,
    seed: int,
    empty: Path | None,
    wanted: Wanted,
    public: bool,
    data_dir: Path,
) -> None:
    """Ordnet die Maßnahmen eines Kreises; „keine Dopplung“ und „Synergie“ kommen aus den Befunden.

    Die übrigen Kriterien bewerten Menschen. Was fehlt, ist unbekannt: Wert und Platz werden dann zu Spannen.
    """
    shown = chosen(edition(data_dir), public)
    store = shown.read()
    key = meant_district(store, district).key
    known = inventory(store)
    if empty:
        empty.write_text(template(known, key), encoding="utf-8-sig", newline="")
        click.echo(f"{empty} geschrieben; leere Felder sind unbekannt.", err=True)
        return
    given = read_scores(scores, known, key) if scores else Given()
    found = priorities(
        store,
        known,
        Findings(shown).of(key, circle),
        key,
        circle,
        given.scores,
        given.weights | _weights(weights),
        top,
        spread,
        runs,
        seed,
    )
    rows = [{k: v for k, v in row.items() if not wanted.on_screen or k != WHY} for row in table(found)]
    wanted.give(asdict(found), rows, "Rangfolge")
    if wanted.on_screen:
        for ranked in found.ranking[:top]:
            reasons = [
                f"  {score.label}: {score.reason}" for score in ranked.scores if score.by == "findings"
            ]
            click.echo("\n".join([f"{ranked.label}: {ranked.sentence}", *reasons]))
        click.echo("\n".join([found.sentence, *(swap.sentence for swap in found.swaps[:5]), found.caution]))


def _weights(text: str) -> dict[str, float]:
    """`professional=3;synergy=1,5` as numbers. Raises `InvalidData`."""
    found, faults = {}, []
    for part in text.split(";" if ";" in text else ",") if text else ():
        name, _, value = part.partition("=")
        try:
            found[name.strip()] = float(value.strip().replace(",", "."))
        except ValueError:
            wanted = "erwartet wird kriterium=zahl, mehrere mit Semikolon getrennt."
            faults.append(Fault(f"„{part.strip()}“ ist kein Gewicht; {wanted}"))
    if faults:
        raise InvalidData(faults)
    return found
