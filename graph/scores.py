"""Scores that people gave to measures, from a small table (CSV) or a YAML or JSON file; and an empty table to fill in.

A table has a line for each measure and a column for each criterion. A measure is named by its address, its short name
or its title. An empty cell or `?` is an unknown score. YAML and JSON hold `scores:` (measure → criterion → score) and,
if wanted, `weights:` (criterion → weight). Every mistake is named with file and line, all of them at once.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

import yaml

from graph.errors import Fault, InvalidData
from graph.inventory import MEASURE, Inventory
from graph.priorities import BEST, CRITERIA, GERMAN
from graph.spreadsheet import as_text
from ontology.namespaces import ID

NAMES = {name.casefold(): name for name in CRITERIA} | {
    label.casefold(): name for name, label in GERMAN.items()
}
"""What a criterion may be called in a file → its name."""
HEADS = ("measure", "maßnahme", "massnahme")
"""What the column with the measures may be called."""
UNKNOWN = ("", "?", "unbekannt", "–", "-")
"""What stands for an unknown score."""
WEIGHT_LINE = ("gewicht", "gewichte", "weight", "weights")
"""A line of a table that is called so holds the weights."""
LARGEST = 1_000_000
"""Bytes of a file."""

Scores = dict[str, dict[str, float | None]]


@dataclass
class Given:
    """What a file says: measure (IRI) → criterion → score, and criterion → weight."""

    scores: Scores = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)


def read_scores(file: Path, known: Inventory, district: str) -> Given:
    """The scores in a file; titles are looked for among the measures of the district first.

    Raises `InvalidData` naming file and line of every mistake.
    """
    try:
        raw = file.read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidData([Fault("Die Datei ist nicht in UTF-8 geschrieben.", file.name)]) from error
    if len(raw) > LARGEST:
        raise InvalidData([Fault(f"Die Datei ist zu groß (höchstens {LARGEST // 1_000_000} MB).", file.name)])
    lines = _table(text, file.name) if file.suffix.lower() == ".csv" else _tree(text, file.name)
    return _given(lines, file.name, known, district)


def template(known: Inventory, district: str) -> str:
    """A table with a line for each measure of a district, to be filled in with a spreadsheet program."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["Maßnahme", "Titel", *(GERMAN[name] for name in CRITERIA)])
    writer.writerow(["Gewicht", "wie viel das Kriterium zählt", *(1 for _ in CRITERIA)])
    for item in known.of(district, MEASURE):
        writer.writerow(
            [as_text(item.iri.removeprefix(str(ID))), as_text(item.label), *("" for _ in CRITERIA)]
        )
    return text.getvalue()


Line = tuple[int | None, str, Mapping[str, object]]
"""Line number, name of the measure, criterion as written → score as written."""


def _table(text: str, file: str) -> list[Line]:
    first = text.partition("\n")[0]
    rows = list(csv.reader(io.StringIO(text), delimiter=max(";,\t", key=first.count)))
    head = [cell.strip().casefold() for cell in rows[0]] if rows else []
    at = next((i for i, name in enumerate(head) if name in HEADS), None)
    if at is None:
        found = ", ".join(rows[0]) if rows else "nichts"
        raise InvalidData(
            [Fault(f"Die erste Zeile muss eine Spalte „Maßnahme“ haben, gefunden: {found}.", file, 1)]
        )
    used = {i: name for i, name in enumerate(head) if i != at and name not in ("titel", "title", "")}
    lines: list[Line] = []
    for number, row in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in row):
            cells = {name: row[i] for i, name in used.items() if i < len(row)}
            lines.append((number, row[at].strip() if at < len(row) else "", cells))
    return lines


def _tree(text: str, file: str) -> list[Line]:
    try:
        content = yaml.safe_load(text)  # JSON is YAML, too
    except yaml.YAMLError as error:
        raise InvalidData(
            [Fault(f"Die Datei ist weder YAML noch JSON: {str(error).splitlines()[0]}.", file)]
        ) from error
    if not isinstance(content, dict):
        raise InvalidData([Fault("Erwartet wird „scores:“ mit einer Angabe je Maßnahme.", file, 1)])
    scores = content.get("scores", {k: v for k, v in content.items() if k != "weights"})
    found: list[Line] = [(None, WEIGHT_LINE[0], content["weights"])] if content.get("weights") else []
    if not isinstance(scores, dict):
        raise InvalidData([Fault("„scores:“ nennt zu jeder Maßnahme ihre Bewertungen.", file)])
    found += [(None, str(name), said if said is not None else {}) for name, said in scores.items()]
    wrong = [name for _, name, said in found if not isinstance(said, dict)]
    if wrong:
        reason = f"„{wrong[0]}“: erwartet werden Angaben der Form „kriterium: zahl“."
        raise InvalidData([Fault(reason, file)])
    return found


def _given(lines: list[Line], file: str, known: Inventory, district: str) -> Given:
    found, faults = Given(), list[Fault]()
    for number, name, cells in lines:
        values = {}
        weights = name.casefold() in WEIGHT_LINE
        for column, written in cells.items():
            criterion = NAMES.get(str(column).strip().casefold())
            if criterion is None:
                possible = ", ".join(CRITERIA)
                faults.append(
                    Fault(f"Das Kriterium „{column}“ gibt es nicht; möglich: {possible}.", file, number)
                )
                continue
            try:
                values[criterion] = _number(written)
            except ValueError:
                what = "ein Gewicht" if weights else "eine Zahl von 0 bis 5"
                faults.append(
                    Fault(
                        f"{GERMAN[criterion]}: „{written}“ ist keine Zahl; erwartet wird {what}.",
                        file,
                        number,
                    )
                )
                continue
            value = values[criterion]
            if value is not None and not weights and not 0 <= value <= BEST:
                faults.append(
                    Fault(f"{GERMAN[criterion]}: {value:g} liegt nicht zwischen 0 und 5.", file, number)
                )
        if weights:
            found.weights = {criterion: value for criterion, value in values.items() if value is not None}
            continue
        measures = list(_named(name, known, district))
        if len(measures) != 1:
            faults.append(Fault(_not_one(name, measures, known, district), file, number))
        elif measures[0] in found.scores:
            faults.append(Fault(f"Die Maßnahme „{name}“ steht zweimal da.", file, number))
        else:
            found.scores[measures[0]] = values
    if not found.scores and not faults:
        faults.append(Fault("Die Datei nennt keine Maßnahme.", file))
    if faults:
        raise InvalidData(list(dict.fromkeys(faults)))
    return found


def _number(written: object) -> float | None:
    """A score as people write it, with a comma or a point; None for an unknown one. Raises ValueError."""
    if written is None or (isinstance(written, str) and written.strip().casefold() in UNKNOWN):
        return None
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise ValueError(written)
    value = float(written.strip().replace(",", ".")) if isinstance(written, str) else float(written)
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(written)
    return value


def _named(name: str, known: Inventory, district: str) -> Iterator[str]:
    for iri in (name, f"{ID}{name}"):
        if iri in known.items and known.items[iri].kind == MEASURE:
            yield iri
            return
    wanted = name.casefold()
    own = [item.iri for item in known.of(district, MEASURE) if item.label.casefold() == wanted]
    yield from own or (
        item.iri for item in known.items.values() if item.kind == MEASURE and item.label.casefold() == wanted
    )


def _not_one(name: str, found: list[str], known: Inventory, district: str) -> str:
    if not name:
        return "Hier fehlt die Maßnahme."
    if found:
        which = ", ".join(iri.removeprefix(str(ID)) for iri in found)
        return f"„{name}“ heißen mehrere Maßnahmen; bitte mit Kurznamen nennen: {which}."
    words = {
        word: item.iri.removeprefix(str(ID))
        for item in known.of(district, MEASURE)
        for word in (item.label, item.iri.removeprefix(str(ID)))
    }
    near = list(dict.fromkeys(words[word] for word in get_close_matches(name, words, 5, 0.4)))
    hint = f" Meinten Sie: {', '.join(near)}?" if near else ""
    return f"Die Maßnahme „{name}“ ist nicht bekannt.{hint}"
