"""The findings of a district, or of every one, from the graph to JSON values."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from graph.circle import KINDS, circle, features_of, places
from graph.compare.index import Index
from graph.compare.measures import measures
from graph.compare.overlaps import likely_within, overlaps, overlaps_in
from graph.groups import Link, groups
from graph.store import Askable


def findings(store: Askable, district: str, kind: str, limit: int) -> list[dict[str, Any]]:
    """The strongest overlaps of a district (AGS) with its circle, in the form of design.md ("Command line").

    Raises `Unknown` where there is no such district or circle.
    """
    around = circle(store, district, kind)
    return [o.as_json() for o in overlaps(measures(store), around, district, limit)]


def every_group(store: Askable, index: Index, links: Iterable[Link]) -> list[dict[str, Any]]:
    """What two or more districts do, from the findings of all of them, as JSON values; `index` is the store's."""
    profiles = index.rows(np.arange(len(index))).profiles
    names = {place.ags: place.name for place in places(store).values() if place.level == "county"}
    return [asdict(group) for group in groups(links, profiles, 2, names)]


def every_finding(
    store: Askable, index: Index, first: str, limit: int
) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """District, circle and findings for every district that has anything to compare, the district `first` first.

    `index` is that of the store's measures. The circle of all comes before the others. A district that does not
    come has no findings in any circle.
    """
    known = index.rows(np.arange(len(index)))
    close = likely_within(known)
    authorities = places(store)
    features = features_of(store, authorities)
    counties = {place.ags for place in authorities.values() if place.level == "county"}
    districts = sorted({p.measure.ags for p in known.profiles} & counties)
    everything = [(kind, ags) for kind in KINDS for ags in districts]
    for kind, district in sorted(everything, key=lambda pair: (pair[0] != "all", pair[1] != first)):
        around = circle(store, district, kind, authorities, features)
        found = overlaps_in(known, around, district, limit, close)
        yield district, kind, [o.as_json() for o in found]
