"""`evaluate` and `fit`: how good the comparison is on labelled pairs, and fitting its weights anew."""

from dataclasses import asdict
from pathlib import Path

import click

from api.home import no_data_dir_option
from api.tables import as_json
from graph.compare.classify import weights_as_json
from graph.compare.evaluate import Figures, evaluate, fit_weights, read_measures, read_pairs

PAIRS = click.option(
    "--pairs",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Paare (TSV).",
)
MEASURES = click.option(
    "--measures",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Maßnahmen (JSONL).",
)


@click.command("evaluate", short_help="Güte des Vergleichs auf bewerteten Paaren (Kreuzvalidierung).")
@PAIRS
@MEASURES
@click.option("--repeats", type=click.IntRange(1), default=20, show_default=True, help="Wiederholungen.")
@click.option("--json", "as_data", is_flag=True, help="Ausgabe als JSON.")
@no_data_dir_option
def evaluate_command(pairs: Path, measures: Path, repeats: int, as_data: bool) -> None:
    """Schätzt die Güte auf Maßnahmen, die das Modell nicht kennt, und nennt die größten Fehler."""
    figures = evaluate(read_pairs(pairs), read_measures(measures), repeats)
    click.echo(as_json(asdict(figures)) if as_data else _report(figures))


@click.command("fit", short_help="Die Gewichte des Vergleichs aus bewerteten Paaren neu bestimmen.")
@PAIRS
@MEASURES
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Gewichte (JSON)."
)
@no_data_dir_option
def fit_command(pairs: Path, measures: Path, out: Path) -> None:
    """Bestimmt die Gewichte aus allen Paaren und schreibt sie mit dem Hash dessen, woraus sie stammen."""
    out.write_text(weights_as_json(fit_weights(pairs, measures)), encoding="utf-8")
    click.echo(f"{out} geschrieben.", err=True)


def _report(figures: Figures) -> str:
    lines = [f"{figures.pairs} Paare, {figures.repeats} Wiederholungen; Mittel [5 %–95 %]"]
    lines += [f"  {name:<28} {f.mean:.3f} [{f.low:.3f}–{f.high:.3f}]" for name, f in figures.values.items()]
    lines.append("Verlässlichkeit (vorhergesagt → tatsächlich verbunden, Paare je Zehntel)")
    lines += [
        f"  {predicted:.2f} → {share:.2f}  ({count:.0f})" for predicted, share, count in figures.calibration
    ]
    lines.append("Die größten Fehler")
    lines += [
        f"  {m.pair}: „{m.a}“ – „{m.b}“: {m.predicted} ({m.score:.2f}) statt {m.gold}; Thema {m.theme:.2f}"
        for m in figures.misses
    ]
    return "\n".join(lines)
