"""The findings of a district, or of every one, from the graph to JSON values."""

from collections.abc import Iterator
from typing import Any

from graph.circle import KINDS, circle, places
from graph.compare.judge import judgements
from graph.compare.measures import measures
from graph.compare.overlaps import overlaps, overlaps_among
from graph.compare.profile import places_of, profile
from graph.store import Askable


def findings(store: Askable, district: str, kind: str, limit: int) -> list[dict[str, Any]]:
    """The strongest overlaps of a district (AGS) with its circle, in the form of design.md ("Command line").

    Raises `Unknown` where there is no such district or circle.
    """
    around = circle(store, district, kind)
    return [o.as_json() for o in overlaps(measures(store), around, district, limit, judgements(store))]


def every_finding(store: Askable, first: str, limit: int) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """District, circle and findings for every district that has anything to compare, the district `first` first.

    The circle of all comes before the others. A district that does not come has no findings in any circle.
    """
    known, decided = measures(store), judgements(store)
    around_all = places_of(known)
    profiles = [profile(m, around_all) for m in known]
    authorities = places(store)
    counties = {place.ags for place in authorities.values() if place.level == "county"}
    districts = sorted({m.ags for m in known} & counties)
    everything = [(kind, ags) for kind in KINDS for ags in districts]
    for kind, district in sorted(everything, key=lambda pair: (pair[0] != "all", pair[1] != first)):
        around = circle(store, district, kind, authorities)
        found = overlaps_among(profiles, around, district, limit, decided)
        yield district, kind, [o.as_json() for o in found]
