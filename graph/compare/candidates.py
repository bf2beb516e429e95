"""Which pairs are looked at: all of them inside the circle, for now.

The seam for blockwise kernels (findings 39): whatever replaces this function takes the same rows and gives the same
array of pairs, so nothing after it changes.
"""

from collections.abc import Sequence

import numpy as np

from graph.compare.dimensions import Pairs
from graph.compare.profile import NEED, Measure, Profile


def candidates(a: Sequence[Profile], b: Sequence[Profile], limit: int | None = None) -> Pairs:
    """Pairs (row of `a`, row of `b`) that may be compared, each unordered pair once, at most `limit` of them."""
    seen: set[tuple[str, str]] = set()
    pairs = []
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            key = (min(x.measure.iri, y.measure.iri), max(x.measure.iri, y.measure.iri))
            if key not in seen and comparable(x.measure, y.measure):
                seen.add(key)
                pairs.append((i, j))
                if limit is not None and len(pairs) >= limit:
                    return np.array(pairs, dtype=np.int64)
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def comparable(x: Measure, y: Measure) -> bool:
    """Whether a comparison can say anything: never a thing with itself or its part, never two needs of one
    district, never two measures of one strategy, which were drawn up together."""
    if x.iri == y.iri or y.iri in x.same_as or x.iri in y.same_as:
        return False
    if x.kind == NEED and y.kind == NEED and x.district == y.district:
        return False
    if x.iri in y.part_of or y.iri in x.part_of:
        return False
    return not (x.strategy and x.strategy == y.strategy)
