"""The findings of a district, from the graph to JSON values."""

from typing import Any

from graph.circle import circle
from graph.compare.judge import judgements
from graph.compare.measures import measures
from graph.compare.overlaps import overlaps
from graph.store import Askable


def findings(store: Askable, district: str, kind: str, limit: int) -> list[dict[str, Any]]:
    """The strongest overlaps of a district (AGS) with its circle, in the form of design.md ("Command line").

    Raises `Unknown` where there is no such district or circle.
    """
    around = circle(store, district, kind)
    return [o.as_json() for o in overlaps(measures(store), around, district, limit, judgements(store))]
