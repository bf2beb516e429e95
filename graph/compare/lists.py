"""A list that somebody brings along, compared with all that is known: for each of its measures what is most like it."""

from collections.abc import Sequence

import numpy as np

from graph.compare.candidates import Features, comparable_pairs, features
from graph.compare.explain import Overlap
from graph.compare.index import Index
from graph.compare.overlaps import DEEP, Finding, related
from graph.compare.profile import Measure

AT_ONCE = 50
"""Measures of the list that are compared together: bounds the memory."""


def check_list(index: Index, asked: Sequence[Measure], limit: int = 5) -> list[list[Overlap]]:
    """For each measure, in their order, the most related of the index, the best first; the asked one is side `a`.

    Of the index only the DEEP measures that most speaks for are looked at, as for a single idea.
    """
    found: list[list[Overlap]] = []
    for start in range(0, len(asked), AT_ONCE):
        found += _some(index, asked[start : start + AT_ONCE], limit)
    return found


def _some(index: Index, asked: Sequence[Measure], limit: int) -> list[list[Overlap]]:
    own = index.understood(asked)
    of = features(own)
    near = [
        index.near(Features(of.dense[row : row + 1], of.pieces.rows(np.array([row]))), DEEP)
        for row in range(len(asked))
    ]
    reached = np.unique(np.concatenate(near)) if near else np.zeros(0, np.int64)
    others = index.rows(reached)
    pairs = np.concatenate(
        [
            np.stack([np.full(len(rows), row), np.searchsorted(reached, rows)], axis=1)
            for row, rows in enumerate(near)
        ]
    ).astype(np.int64)
    by_measure: dict[str, list[Finding]] = {measure.iri: [] for measure in asked}
    for finding in related(own, others, comparable_pairs(own.profiles, others.profiles, pairs)):
        by_measure[finding.a.measure.iri].append(finding)
    for findings in by_measure.values():
        findings.sort(key=lambda finding: (-finding.verdict.score, finding.id))
    return [[finding.explained() for finding in by_measure[measure.iri][:limit]] for measure in asked]
