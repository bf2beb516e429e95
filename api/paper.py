"""The report in words: what the committee reads, block by block, in the language in force."""

from collections.abc import Sequence

from api.service import CIRCLES
from api.words import CLASS_MEANINGS, CLASSES, STATES
from graph import spelling
from graph.board import CAUTION
from graph.bridges import ROLES
from graph.gaps import FIELD_STATES, SERVICE
from graph.judgements import OPEN
from graph.language import SOURCE, _, language, ngettext
from graph.report import Decision, Document, Entry, Limited, Part, Passage, Report, Side, roles_of
from graph.verdicts import written
from visualizations.heat import heat_drawing
from visualizations.paper import Block, Cell, Facts, Figure, Heading, Items, Paper, Table, Text, figure
from visualizations.svg import Cell as Datum
from visualizations.svg import Drawing, Twin
from visualizations.ties import Place, Tie, ties_drawing

DRAWN = 20
"""Findings in the picture: more lines cannot be followed."""
NAMED = 3
"""Things that an open point is about, by name."""
SERIOUS = ("duplicate", "overlap", "complement", "same_field")
"""Classes in the order of their lines."""


def paper(found: Report, version: str) -> Paper:
    """The paper for the committee."""
    return Paper(
        title=_("Überschneidungen: {name}").format(name=found.label),
        subtitle=_("Bericht für das Gremium, Stand {day}").format(day=_day(found)),
        language=language(),
        day=found.day.isoformat(),
        remark=_remark(found, version),
        blocks=(
            *_summary(found),
            *_task(found),
            *_method(found),
            *_findings(found),
            *_pictures(found),
            *_spots(found),
            *_decisions(found),
            *_points(found),
            *_sources(found),
            *_about(found, version),
        ),
        words={
            "contents": _("Inhalt"),
            "page": _("Seite {n} von {m}"),
            "as_table": _("Als Tabelle"),
        },
    )


def _day(found: Report) -> str:
    return spelling.date(found.day.isoformat())


def _edition(found: Report) -> str:
    return (
        _("interne Ausgabe: enthält Angaben, die nicht öffentlich sind")
        if found.internal
        else _("öffentliche Ausgabe")
    )


def _remark(found: Report, version: str) -> str:
    return _("{name}, {day}, {edition}. Zukunftsgraph {version}; eigene Daten gemeinfrei (CC0).").format(
        name=found.label, day=_day(found), edition=_edition(found), version=version
    )


# What matters most, and what was asked


def _summary(found: Report) -> list[Block]:
    items = [(f"{_counted(found.total)}:", _classes(found))] if found.total else []
    worst = next((entry for entry in found.entries if entry.decided and not entry.own_district), None)
    if worst:
        items.append(
            (
                _("Der stärkste Befund:"),
                _("„{a}“ und „{b}“ ({district}) – {kind}, Sicherheit {share}.").format(
                    a=worst.a.title, b=worst.b.title, district=worst.b.district,
                    kind=_(CLASSES[worst.kind]), share=spelling.percent(worst.confidence),
                ),
            )
        )  # fmt: skip
    decided = found.limits["decisions"].total
    items.append(
        (
            _("Entschieden:"),
            ngettext("{n} Urteil eines Gremiums gilt.", "{n} Urteile von Gremien gelten.", decided).format(
                n=spelling.number(decided)
            )
            if decided
            else _("Noch kein Gremium hat über einen dieser Befunde geurteilt."),
        )
    )
    items.append((_("Weiße Flecken:"), found.spots))
    return [Heading(_("Das Wichtigste")), Items(tuple(items))]


def _counted(n: int) -> str:
    return ngettext("{n} Befund", "{n} Befunde", n).format(n=spelling.number(n))


def _classes(found: Report) -> str:
    return ", ".join(f"{_(CLASSES[kind])} {spelling.number(n)}" for kind, n in found.counts.items()) + "."


def _task(found: Report) -> list[Block]:
    shown = found.limits["findings"]
    pairs = [
        (_("Kreis"), f"{found.label} ({found.district})"),
        (_("Verglichen mit"), _(CIRCLES[found.circle])),
        (_("Maßnahmen und Projekte des Kreises"), spelling.number(found.own_measures)),
        (
            _("Maßnahmen und Projekte anderer im Graphen"),
            ngettext("{n} aus {m} Kreis", "{n} aus {m} Kreisen", found.other_districts).format(
                n=spelling.number(found.other_measures), m=spelling.number(found.other_districts)
            ),
        ),
        (_("Befunde"), _of(shown)),
        (_("Ausgabe"), _edition(found)),
        (_("Datum"), _day(found)),
    ]
    return [
        Heading(_("Auftrag")),
        Text(
            _(
                "Der Bericht zeigt, welche Maßnahmen und Projekte des Kreises andere schon haben, wo sich eine "
                "Zusammenarbeit anbietet, was niemand tut und was darüber entschieden wurde. Er soll Doppelarbeit "
                "vermeiden helfen; er sagt nicht, ob eine Maßnahme gut ist."
            )
        ),
        Facts(tuple(pairs)),
    ]


def _of(limited: Limited) -> str:
    """How much of a list is shown."""
    if limited.shown == limited.total:
        return _("alle {n}").format(n=spelling.number(limited.total))
    return _("die {n} wichtigsten von {total}").format(
        n=spelling.number(limited.shown), total=spelling.number(limited.total)
    )


def _method(found: Report) -> list[Block]:
    return [
        Heading(_("Verfahren")),
        Text(
            _(
                "Ein Programm vergleicht je zwei Einträge nach Thema, Art der Tätigkeit, Zielgruppe, "
                "Ziel, Akteuren, Raum "
                "und Wortlaut; Zeit und Geld stehen dabei, zählen aber nicht. Namen von Orten zählen "
                "ebenfalls nicht. Jeder "
                "Befund gehört zu einer Art:"
            )
        ),
        Items(
            tuple((f"{_(CLASSES[kind])}:", f"{_(CLASS_MEANINGS[kind])}.") for kind in found.counts)
            or ((_("Keine Befunde."), ""),)
        ),
        Text(
            _(
                "Die Ähnlichkeit sagt, wie wahrscheinlich zwei Einträge zusammenhängen; sie ist an "
                "Paaren geeicht, die "
                "Menschen bewertet haben. Die Sicherheit rechnet vorsichtiger, denn in einem wirklichen Kreis hängen "
                "weniger Paare zusammen als unter den Beispielen. Liegt sie unter der Hälfte, heißt ein "
                "Befund „nicht "
                "entschieden“: Die Quellen sagen zu wenig, seine Art ist geraten."
            )
        ),
        Text(
            " ".join(
                filter(
                    None,
                    (
                        _(
                            "Ein Befund ist ein Vorschlag zum Hinsehen. Ob etwas doppelt ist, entscheiden "
                            "Menschen. Gezählt "
                            "ist, was die Quellen nennen; was sie nicht nennen, ist unbekannt."
                        ),
                        found.encoder,
                        found.at_most,
                    ),
                )
            )
        ),
    ]


# Findings


def _findings(found: Report) -> list[Block]:
    shown = found.limits["findings"]
    blocks: list[Block] = [Heading(_("Befunde"))]
    if not found.parts:
        return [*blocks, Text(_("In diesem Vergleichskreis gibt es keine Befunde."))]
    told = _("Gezeigt sind {which}, geordnet nach Art und Ähnlichkeit.").format(which=_of(shown))
    marks = _("Die Zeichen in eckigen Klammern führen zu den Fundstellen unter „Quellen“.")
    blocks.append(Text(f"{told} {marks}"))
    for part in found.parts:
        blocks += [Heading(_part_name(part), 2), _part_table(part, found)]
    return blocks


def _part_name(part: Part) -> str:
    decided = _("{n} entschieden").format(n=spelling.number(part.decided))
    open_ = len(part.entries) - part.decided
    guessed = _("{n} nicht entschieden").format(n=spelling.number(open_)) if open_ else ""
    return f"{_(CLASSES[part.kind])} ({', '.join(filter(None, (decided, guessed)))})"


def _part_table(part: Part, found: Report) -> Table:
    return Table(
        _("{kind}: {meaning}").format(kind=_(CLASSES[part.kind]), meaning=_(CLASS_MEANINGS[part.kind])),
        (
            _("Nr."),
            _("Hier"),
            _("Anderswo"),
            _("Ähnlichkeit, Sicherheit"),
            _("Warum"),
            _("Stand"),
        ),
        (0, 3.5, 3.7, 2.1, 4.6, 2.1),
        tuple(_entry_row(entry, found) for entry in part.entries),
        numbered=True,
    )


def _entry_row(entry: Entry, found: Report) -> tuple[Cell, ...]:
    state = _("offen") if entry.status == OPEN else _(STATES.get(entry.status, entry.status))
    return (
        Cell(str(entry.number)),
        _side(entry.a, entry.a.district if entry.a.district != found.label else "", entry),
        _side(
            entry.b,
            entry.b.district + (f" · {_('im eigenen Kreis')}" if entry.own_district else ""),
            None,
        ),
        Cell(
            spelling.percent(entry.score),
            f"{spelling.strength(entry.score)}\n"
            + _("Sicherheit {share}").format(share=spelling.percent(entry.confidence)),
        ),
        Cell(entry.reason),
        Cell(state, "" if entry.decided else _("Art nicht entschieden")),
    )


def _side(side: Side, district: str, entry: Entry | None) -> Cell:
    lead = _("Federführung: {names}").format(names=", ".join(side.leads)) if side.leads else ""
    marks = " ".join(f"[{mark}]" for mark in side.marks) or _("Quelle nicht verzeichnet")
    if side.more:
        marks += " " + _("und {n} weitere").format(n=spelling.number(side.more))
    path = f"/ueberschneidungen/{entry.id}" if entry else ""
    return Cell(
        side.title,
        "\n".join(filter(None, (district, lead, marks))),
        strong=entry is not None,
        path=path,
        lang=SOURCE,
    )


# Pictures


def _pictures(found: Report) -> list[Block]:
    blocks: list[Block] = [Heading(_("Netze und Tafel"))]
    if found.entries:
        blocks.append(_network(found))
    if found.actors:
        blocks.append(_actors(found))
        limited = found.limits["actors"]
        if limited.shown < limited.total:
            blocks.append(
                Text(
                    _("Gezeigt sind {which} Akteure, die den Kreis mit anderen verbinden.").format(
                        which=_of(limited)
                    ),
                    "note",
                )
            )
    else:
        blocks.append(Text(_("Die Quellen nennen keinen Akteur, der den Kreis mit einem anderen verbindet.")))
    if found.board.rows:
        blocks.append(figure(heat_drawing(found.board, "bericht-tafel")))
    else:
        blocks.append(Text(_(CAUTION), "note"))
    return blocks


def _network(found: Report) -> Figure:
    drawn = sorted(found.entries, key=lambda entry: (not entry.decided, -entry.score, entry.number))[:DRAWN]
    left = {entry.a.iri: Place(entry.a.iri, entry.a.title) for entry in drawn}
    right = {
        entry.b.iri: Place(entry.b.iri, entry.b.title, entry.b.district or _("Kreis unbekannt"))
        for entry in sorted(drawn, key=lambda entry: (entry.b.district, entry.b.title))
    }
    ties = [Tie(entry.a.iri, entry.b.iri, _place(entry.kind)) for entry in drawn]
    title = _("Netz: womit die Maßnahmen des Kreises zusammenhängen")
    description = _(
        "Links {here} des Kreises, rechts {there} anderswo, nach Kreisen geordnet; {lines}. "
        "Dieselben Angaben stehen in den "
        "Tabellen der Befunde."
    ).format(
        here=ngettext("{n} Eintrag", "{n} Einträge", len(left)).format(n=len(left)),
        there=ngettext("{n} Eintrag", "{n} Einträge", len(right)).format(n=len(right)),
        lines=ngettext(
            "{n} Linie steht für einen Befund", "{n} Linien stehen für die stärksten Befunde", len(ties)
        ).format(n=len(ties)),
    )  # fmt: skip
    drawing = ties_drawing(
        "bericht-netz",
        title,
        description,
        list(left.values()),
        list(right.values()),
        ties,
        [_(CLASSES[kind]) for kind in SERIOUS],
        Twin(title, (), ()),
    )
    return figure(drawing, table=False)


def _place(kind: str) -> int:
    return SERIOUS.index(kind) if kind in SERIOUS else len(SERIOUS) - 1


def _actors(found: Report) -> Figure:
    places = {there.district: there.label for tie in found.actors for there in tie.districts}
    left = [Place(tie.iri, tie.label) for tie in found.actors]
    own = next((iri for iri, label in places.items() if label == found.label), "")
    order = sorted(places, key=lambda iri: (iri != own, places[iri]))
    right = [Place(iri, places[iri]) for iri in order]
    ties = [Tie(tie.iri, there.district) for tie in found.actors for there in tie.districts]
    title = _("Netz: wer den Kreis mit anderen verbindet")
    description = _(
        "Links {actors}, rechts {places}; eine Linie heißt, dass eine Quelle den Akteur dort nennt."
    ).format(
        actors=ngettext("{n} Akteur", "{n} Akteure", len(left)).format(n=len(left)),
        places=ngettext("{n} Kreis", "{n} Kreise", len(right)).format(n=len(right)),
    )
    rows = tuple(
        (
            Datum(tie.label, tie.iri),
            Datum(_roles(tie, own)),
            Datum(
                "; ".join(
                    f"{there.label} ({_roles(tie, there.district)})"
                    for there in tie.districts
                    if there.district != own
                )
            ),
        )
        for tie in found.actors
    )
    columns = (_("Akteur"), _("im eigenen Kreis"), _("anderswo"))
    drawing: Drawing = ties_drawing(
        "bericht-akteure", title, description, left, right, ties, (),
        Twin(_("Akteure in mehreren Kreisen und ihre Rollen"), columns, rows),
    )  # fmt: skip
    return figure(drawing)


def _roles(tie: object, district: str) -> str:
    return ", ".join(_(ROLES[role]) for role in roles_of(tie, district))  # type: ignore[arg-type]


# White spots, decisions, open points


def _spots(found: Report) -> list[Block]:
    blocks: list[Block] = [Heading(_("Weiße Flecken")), Text(found.spots)]
    if found.needs:
        blocks.append(
            Table(
                _("Bedarfe, für die nichts Passendes gefunden ist ({which})").format(
                    which=_of(found.limits["needs"])
                ),
                (_("Bedarf"), _("Was es dazu gibt")),
                (4, 5),
                tuple(
                    (
                        Cell(need.label, strong=True, lang=SOURCE),
                        Cell(need.sentence, _(SERVICE[need.service])),
                    )
                    for need in found.needs
                ),
            )
        )
    if found.fields:
        blocks.append(
            Table(
                _("Handlungsfelder, zu denen kein Projekt genannt ist ({which})").format(
                    which=_of(found.limits["fields"])
                ),
                (_("Handlungsfeld"), _("Strategie"), _("Stand")),
                (3, 3, 3),
                tuple(
                    (
                        Cell(gap.label, strong=True, lang=SOURCE),
                        Cell(gap.strategy_label, lang=SOURCE),
                        Cell(_(FIELD_STATES[gap.state])),
                    )
                    for gap in found.fields
                ),
            )
        )
    return [*blocks, Text(_(found.caution), "note")]


def _decisions(found: Report) -> list[Block]:
    blocks: list[Block] = [Heading(_("Entscheidungen"))]
    if not found.decisions:
        return [
            *blocks,
            Text(
                _(
                    "Zu keinem dieser Befunde gilt ein Urteil. Urteile hält der Dienst mit Gremium, Datum "
                    "und Grund fest; ein "
                    "entschiedener Befund wird nicht noch einmal gefragt."
                )
            ),
        ]
    limited = found.limits["decisions"]
    return [
        *blocks,
        Table(
            _("Geltende Urteile ({which})").format(which=_of(limited)),
            (_("Befund"), _("Urteil"), _("Wer und wann"), _("Grund"), _("Was zu tun ist")),
            (3.6, 2.4, 2.8, 3.6, 2.8),
            tuple(_decision_row(decision) for decision in found.decisions),
        ),
        Text(
            _("Ersetzte und zurückgenommene Urteile stehen hier nicht; der Dienst zeigt ihre Geschichte."),
            "note",
        ),
    ]


def _decision_row(decision: Decision) -> tuple[Cell, ...]:
    judgement = decision.judgement
    number = _("Befund {n}").format(n=decision.number) if decision.number else _("nicht in der Tabelle")
    to_do = []
    if judgement.owner:
        to_do.append(_("Zuständig: {name}").format(name=judgement.owner.label))
    if judgement.due:
        to_do.append(_("fällig am {day}").format(day=written(judgement.due)))
    if judgement.done:
        to_do.append(_("erledigt am {day}").format(day=written(judgement.done)))
    return (
        Cell(
            f"{decision.a}\n{decision.b}", number, path=f"/ueberschneidungen/{judgement.overlap}", lang=SOURCE
        ),
        Cell(judgement.verdict, decision.sentence, strong=True),
        Cell(judgement.signature),
        Cell(judgement.reason or _("nicht genannt"), lang=SOURCE if judgement.reason else ""),
        Cell("\n".join(to_do) or "–"),
    )


def _points(found: Report) -> list[Block]:
    blocks: list[Block] = [Heading(_("Offene Punkte"))]
    if not found.points and not found.lists:
        return [*blocks, Text(_("Zu diesem Kreis sind keine offenen Punkte vermerkt."))]
    if found.lists:
        blocks.append(Items(tuple(("", said) for said in found.lists)))
    if found.points:
        blocks.append(
            Table(
                _("Was die Quellen zu diesem Kreis offen lassen ({which})").format(
                    which=_of(found.limits["points"])
                ),
                (_("Offener Punkt"), _("Betrifft")),
                (5, 4),
                tuple(
                    (
                        Cell(point.label, point.kind, lang=SOURCE),
                        Cell(_some([name for _iri, name in point.about])),
                    )
                    for point in found.points
                ),
            )
        )
    return blocks


def _some(names: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    shown = "; ".join(names[:NAMED]) or "–"
    more = len(names) - NAMED
    return f"{shown} " + _("und {n} weitere").format(n=spelling.number(more)) if more > 0 else shown


# Sources


def _sources(found: Report) -> list[Block]:
    blocks: list[Block] = [Heading(_("Quellen"))]
    if not found.documents:
        return [*blocks, Text(_("Zu den Befunden ist keine Quelle verzeichnet."))]
    return [
        *blocks,
        Text(
            _(
                "Jede Fundstelle nennt Dokument, Abschnitt und die Zeichen im Text, von denen der "
                "Befund ausgeht; dahinter "
                "stehen die Nummern der Befunde."
            )
        ),
        Table(
            _("Dokumente und Fundstellen"),
            (_("Nr."), _("Dokument"), _("Fundstellen")),
            (0, 4, 6),
            tuple(_document_row(document) for document in found.documents),
            whole=False,
            numbered=True,
        ),
    ]


def _document_row(document: Document) -> tuple[Cell, ...]:
    said = "\n".join(_place_of(passage) for passage in document.passages)
    web = document.url if document.url.startswith(("https://", "http://")) else ""
    return Cell(str(document.number)), Cell(document.label, web, address=web, lang=SOURCE), Cell(said)


def _place_of(passage: Passage) -> str:
    parts = []
    if passage.section:
        parts.append(_("Abschnitt „{section}“").format(section=passage.section))
    if passage.page:
        parts.append(_("Seite {page}").format(page=passage.page))
    if passage.start is not None and passage.end is not None:
        parts.append(
            _("Zeichen {start}–{end}").format(
                start=spelling.number(passage.start), end=spelling.number(passage.end)
            )
        )
    numbers = ngettext("Befund {numbers}", "Befunde {numbers}", len(passage.findings)).format(
        numbers=", ".join(map(str, passage.findings))
    )
    where = ", ".join(parts) or _("das ganze Dokument")
    return f"[{passage.mark}] {where} ({numbers})"


def _about(found: Report, version: str) -> list[Block]:
    limits: Sequence[tuple[str, Limited]] = [
        (_("Befunde"), found.limits["findings"]),
        (_("Akteure"), found.limits["actors"]),
        (_("Bedarfe"), found.limits["needs"]),
        (_("Handlungsfelder"), found.limits["fields"]),
        (_("Urteile"), found.limits["decisions"]),
        (_("Offene Punkte"), found.limits["points"]),
    ]
    cut = "; ".join(f"{name}: {_of(limited)}" for name, limited in limits if limited.total)
    return [
        Heading(_("Zu diesem Bericht")),
        Facts(
            (
                (
                    _("Erstellt"),
                    _("{day} mit Zukunftsgraph {version}").format(day=_day(found), version=version),
                ),
                (_("Ausgabe"), _edition(found)),
                (_("Umfang"), cut or "–"),
                (
                    _("Rechte"),
                    _(
                        "Die Daten und dieser Bericht sind gemeinfrei (CC0). Für die Dokumente, auf die er "
                        "verweist, gelten "
                        "deren Rechte."
                    ),
                ),
            )
        ),
    ]
