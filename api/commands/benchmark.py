"""`evaluate` and `fit`: how good the comparison is on labelled pairs, and fitting its weights anew."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from api.findings import called
from api.home import no_data_dir_option
from api.tables import as_json
from api.words import CLASSES as CLASS_NAMES
from graph.compare.classify import CLASSES, weights_as_json
from graph.compare.evaluate import (
    FORGOTTEN,
    Agreement,
    Figures,
    evaluate,
    evaluate_on,
    fit_weights,
    hashes,
    read_labels,
    read_measures,
    read_pairs,
)
from graph.compare.meaning import ENCODERS, NONE, available, which
from graph.compare.ship import shipped_measures
from graph.compare.words import vocabulary
from visualizations.reliability import reliability_svg

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
MAIN = (
    ("related_average_precision", "AP"),
    ("related_auc", "AUC"),
    ("brier", "Brier"),
    ("macro_f1", "F1"),
    ("duplicate_average_precision", "AP Dopplung"),
    ("accuracy", "richtig"),
)


@dataclass(frozen=True)
class Report:
    """All figures of one encoder: cross-validated, with forgotten words, without subjects, on other measures."""

    cross_validated: Figures
    forgotten: Figures
    without_subjects: Figures
    other_measures: Figures


@click.command("evaluate", short_help="Güte des Vergleichs auf bewerteten Paaren (Kreuzvalidierung).")
@PAIRS
@MEASURES
@click.option("--repeats", type=click.IntRange(1), default=20, show_default=True, help="Wiederholungen.")
@click.option(
    "--encoder",
    "encoders",
    multiple=True,
    type=click.Choice([*ENCODERS, NONE]),
    help="Nur mit diesem Sprachmodell (mehrfach möglich); sonst mit jedem, das hier läuft, und ohne.",
)
@click.option(
    "--diagram",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Das Verlässlichkeitsdiagramm dorthin schreiben (SVG).",
)
@click.option("--json", "as_data", is_flag=True, help="Ausgabe als JSON.")
@no_data_dir_option
def evaluate_command(
    pairs: Path,
    measures: Path,
    repeats: int,
    encoders: tuple[str, ...],
    diagram: Path | None,
    as_data: bool,
) -> None:
    """Schätzt die Güte auf Maßnahmen, die das Modell nicht kennt, und nennt die größten Fehler.

    Dazu: wie viel schlechter es wird, wenn Wörter fehlen, und wie gut es auf eigens bewerteten Paaren anderer Maßnahmen
    ist (graph/compare/labels). Einmal je Sprachmodell und einmal ohne.
    """
    train = (read_pairs(pairs), read_measures(measures))
    labelled, agreed = read_labels()
    other = (labelled, shipped_measures())
    reports: dict[str, Report] = {}
    for name in encoders or (*filter(available, ENCODERS), NONE):
        click.echo(f"{called(name)} …", err=True)
        reports[name] = Report(
            evaluate(*train, repeats, encoder=name),
            evaluate(*train, repeats, encoder=name, tested=vocabulary().forgetting(FORGOTTEN, 0)),
            evaluate(*train, repeats, encoder=name, tested=vocabulary().without_subjects()),
            evaluate_on(train, other, name),
        )
    best = reports.get(which()) or next(iter(reports.values()))
    if diagram:
        name = "Verlässlichkeit der Stärke, Kreuzprüfung"
        diagram.write_text(reliability_svg(best.cross_validated.calibration, name), encoding="utf-8")
    if as_data:
        found = {name: asdict(report) for name, report in reports.items()}
        click.echo(as_json({"encoder": which(), "agreement": asdict(agreed), "encoders": found}))
    else:
        click.echo(_report(reports, best, agreed))


@click.command("fit", short_help="Die Gewichte des Vergleichs aus bewerteten Paaren neu bestimmen.")
@PAIRS
@MEASURES
@click.option(
    "--labels/--no-labels", default=True, help="Auch mit den mitgelieferten bewerteten Paaren (Vorgabe: ja)."
)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Gewichte (JSON)."
)
@no_data_dir_option
def fit_command(pairs: Path, measures: Path, labels: bool, out: Path) -> None:
    """Bestimmt die Gewichte aus allen Paaren und schreibt sie mit dem Hash dessen, woraus sie stammen.

    Für jedes Sprachmodell, das hier läuft, und einmal ohne.
    """
    labelled = read_labels()[0] if labels else []
    known = shipped_measures() if labels else ()
    lists = [(read_pairs(pairs), read_measures(measures)), *([(labelled, known)] if labels else [])]
    stamp = {"pairs": sum(len(part) for part, _ in lists)} | hashes(pairs, measures, labelled, known)
    fitted = fit_weights(lists, stamp, list(filter(available, ENCODERS)))
    out.write_text(weights_as_json(fitted), encoding="utf-8")
    click.echo(f"{out} geschrieben ({', '.join(own.encoder for own in fitted)}).", err=True)


def _report(reports: dict[str, Report], best: Report, agreed: Agreement) -> str:
    shown = best.cross_validated
    lines = [f"Im Gebrauch: {called(which())}", ""]
    lines += _table(
        f"Kreuzprüfung über Maßnahmen: {shown.pairs} Paare, {shown.repeats} Wiederholungen; Mittel [5 %–95 %]",
        {name: report.cross_validated for name, report in reports.items()},
    )
    share = f"{FORGOTTEN:.0%}".replace("%", " %")
    lines += _table(
        f"Dasselbe, bei den geprüften Paaren sind {share} aller Wörter der Listen vergessen",
        {name: report.forgotten for name, report in reports.items()},
    )
    lines += _table(
        "Dasselbe, bei den geprüften Paaren fehlt die feinere Wortliste (subjects.tsv) ganz",
        {name: report.without_subjects for name, report in reports.items()},
    )
    lines += _table(
        f"Andere Maßnahmen: {best.other_measures.pairs} eigens bewertete Paare, geschätzt nur an den obigen",
        {name: report.other_measures for name, report in reports.items()},
    )
    lines.append(
        f"  Übereinstimmung ihrer beiden Bewertungen: Kappa {agreed.kappa:.2f} (fünf Arten), "
        f"{agreed.kappa_related:.2f} (zusammenhängend oder nicht)"
    )
    for title, figures in (("Kreuzprüfung", shown), ("andere Maßnahmen", best.other_measures)):
        lines += ["", *_details(title, figures)]
    return "\n".join(lines)


def _table(title: str, found: dict[str, Figures]) -> list[str]:
    lines = [title]
    for name, figures in found.items():
        lines.append(f"  {called(name)}")
        for key, label in MAIN:
            f = figures.values[key]
            spread = f" [{f.low:.3f}–{f.high:.3f}]" if figures.repeats > 1 else ""
            lines.append(f"    {label:<12} {f.mean:.3f}{spread}")
        each = ", ".join(f"{CLASS_NAMES[c]} {figures.values[f'f1_{c}'].mean:.2f}" for c in CLASSES)
        lines.append(f"    F1 je Art: {each}")
    return [*lines, ""]


def _details(title: str, figures: Figures) -> list[str]:
    width = max(map(len, CLASS_NAMES.values()))
    lines = [f"Verwechslungen ({title}): Zeile bewertet, Spalte vorhergesagt"]
    lines.append(" " * (width + 2) + "".join(f"{CLASS_NAMES[c]:>{width + 2}}" for c in CLASSES))
    for name in CLASSES:
        row = figures.confusion[name]
        lines.append(
            f"  {CLASS_NAMES[name]:<{width}}" + "".join(f"{row[c]:>{width + 2}.1f}" for c in CLASSES)
        )
    lines.append(f"Verlässlichkeit ({title}): vorhergesagt → tatsächlich verbunden (Paare)")
    lines += [f"  {p:.2f} → {share:.2f}  ({count:.0f})" for p, share, count in figures.calibration]
    lines.append(f"Die größten Fehler ({title}) und was es bräuchte")
    return lines + list(_misses(figures))


def _misses(figures: Figures) -> Sequence[str]:
    return [
        f"  {m.pair}: „{m.a}“ – „{m.b}“: {CLASS_NAMES[m.predicted]} ({m.score:.2f}) statt "
        f"{' oder '.join(CLASS_NAMES[name] for name in m.gold.split('|'))}. Nötig: {m.needed}."
        for m in figures.misses
    ]
