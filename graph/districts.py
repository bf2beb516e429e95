"""Which district a thing belongs to: what the graph says by `zg:ofAuthority` and `zg:bodyOf`, and nothing guessed.

A municipality's thing counts to the district around it; what belongs to a whole region or the Land has no district.
"""

from graph.circle import places
from graph.store import Askable
from graph.vocabulary import PREFIXES

BELONGS = """
SELECT DISTINCT ?thing ?authority WHERE {
  { ?thing zg:ofAuthority ?authority }
  UNION { ?strategy zg:hasGoal|zg:hasActionField|zg:hasVision ?thing ; zg:ofAuthority ?authority }
  UNION { ?thing zg:bodyOf ?authority }
  UNION { ?thing zg:bodyOf/zg:bodyOf ?authority }
  UNION { ?thing zg:bodyOf/zg:unitOf ?authority }
  UNION { ?thing zg:meetingOf/zg:bodyOf ?authority }
}
"""
"""A goal or field belongs to whom its strategy belongs to; a body to the organisation it is a body of."""


def districts_of(store: Askable) -> dict[str, tuple[str, ...]]:
    """The districts (IRIs, sorted) of everything that has one; a thing of several districts has them all."""
    known = places(store)
    by_key = {place.ags: place.authority for place in known.values() if place.level == "county"}
    found = {iri: {by_key[place.ags]} for iri, place in known.items() if place.ags in by_key}
    for row in store.select(PREFIXES + BELONGS):
        place = known.get(str(row["authority"]))
        if place and place.ags in by_key:
            found.setdefault(str(row["thing"]), set()).add(by_key[place.ags])
    return {thing: tuple(sorted(districts)) for thing, districts in found.items()}
