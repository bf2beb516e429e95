"""What the analyses of the network found, in the forms it is given out in: JSON values, and lines for people.

Commands and addresses give the same; this module knows neither.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from graph.bridges import ROLES, Bridge
from graph.circle import PARTS, Likeness, ring
from graph.common import KINDS, Common, Pair
from graph.fragmentation import Fragmentation
from graph.groups import Group
from graph.way import Way
from queries import Row


def told(result: Any, *more: str) -> dict[str, Any]:
    """The JSON values of a result, with its sentence and further properties of it."""
    return asdict(result) | {name: getattr(result, name) for name in ("sentence", *more)}


def similar_rows(found: Sequence[Likeness]) -> list[Row]:
    """The similar districts, a line each; what is unknown is empty."""
    inside = in_ring(found)
    return [
        {
            "Kreis": likeness.label,
            "AGS": likeness.ags,
            "Ähnlichkeit": round(likeness.score, 2),
            "im Vergleichskreis": likeness.ags in inside,
            **{PARTS[part.name]: part.value for part in likeness.parts},
            "warum": "; ".join(f"{PARTS[part.name]}: {part.reason}" for part in likeness.parts),
        }
        for likeness in found
    ]


def in_ring(found: Sequence[Likeness]) -> set[str]:
    """The AGS of those that make the circle `similar`."""
    return {likeness.ags for likeness in ring(found)}


def group_rows(found: Sequence[Group]) -> list[Row]:
    """The groups, a line each."""
    return [
        {
            "Gruppe": group.name,
            "Kreise": len(group.districts),
            "Vorhaben": len(group.members),
            "Zusammenhalt": round(group.cohesion, 2),
            "wo": ", ".join(name for _, name in group.districts),
            "was": "; ".join(f"{member.title} ({member.district})" for member in group.members),
            "Kennung": group.id,
        }
        for group in found
    ]


def member_rows(group: Group) -> list[Row]:
    """The members of a group, a line each."""
    return [
        {
            "Vorhaben": member.title,
            "wo": member.district,
            "verbunden mit": member.degree,
            "Stärke": round(member.strength, 2),
            "Adresse": member.iri,
        }
        for member in group.members
    ]


def bridge_rows(found: Sequence[Bridge]) -> list[Row]:
    """The bridges, a line each."""
    return [
        {
            "Akteur": bridge.label,
            "Kreise": len(bridge.districts),
            "Rollen": ", ".join(ROLES[role] for role in bridge.roles),
            "wo": "; ".join(
                f"{place.label}: {', '.join(map(str, place.roles))}" for place in bridge.districts
            ),
            "Zwischenstellung": round(bridge.betweenness, 4),
            "einzige Verbindung für": ", ".join(bridge.only_tie),
        }
        for bridge in found
    ]


def common_rows(found: Sequence[Common]) -> list[Row]:
    """What is shared: a line for each thing in which it is."""
    return [
        {
            "gemeinsam": each.label,
            "Art": KINDS[each.kind],
            "Kreise": len(each.districts),
            "Kreis": use.district_label,
            "worin": use.thing_label,
            "als": use.relation,
            "durch": use.through,
            "Quelle": use.source,
        }
        for each in found
        for use in each.uses
    ]


def pair_rows(found: Sequence[Pair]) -> list[Row]:
    """The pairs of districts, a line each."""
    return [
        {
            "Kreis": pair.a_label,
            "und": pair.b_label,
            "gemeinsam": pair.count,
            "was": "; ".join(pair.shared),
        }
        for pair in found
    ]


def fragmentation_rows(found: Sequence[Fragmentation]) -> list[Row]:
    """The themes, a line each; what is unknown is empty."""
    return [
        {
            "Thema": each.label,
            "Vorhaben": each.undertakings,
            "Kreise": len(each.districts),
            "Akteure": each.actors,
            "größter Anteil": each.largest_share,
            "wer": each.shares[0].label if each.shares else "",
            "Herfindahl-Hirschman-Index": each.hhi,
            "entspricht gleich Großen": each.effective,
            "ohne genannte Akteure": each.unnamed,
        }
        for each in found
    ]


def way_rows(found: Way) -> list[Row]:
    """The steps of a way, a line each."""
    return [
        {
            "Schritt": number,
            "von": step.start_label,
            "Beziehung": step.relation,
            "Richtung": "hin" if step.forward else "zurück",
            "zu": step.end_label,
            "gefolgert": step.inferred,
            "Quelle": step.source,
        }
        for number, step in enumerate(found.steps, 1)
    ]
