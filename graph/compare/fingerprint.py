"""The fingerprint of a measure: when it changes, the measure has changed materially and is to be judged again."""

import hashlib
import re
import unicodedata

from graph.compare.profile import Measure

_BETWEEN = re.compile(r"[\W_]+")


def fingerprint(measure: Measure) -> str:
    """A hash of what the comparison reads of a measure and lets count, in 16 hex digits.

    Materially changed is what changes one of these fields: kind (measure, project, strategy, need, field), title,
    description (with other names, goals and fields of a strategy), action field, actors, and the themes, activities
    and beneficiaries assigned by an editor. Spelling does not count (case, punctuation, blanks), nor does the order of
    actors and codes. Not in it: what is shown but decides nothing (period, money), where the measure is said
    (sources), whose part it is, and the comparison itself: new words or weights reopen nothing.
    """
    parts = [
        measure.kind,
        *map(_plain, (measure.title, measure.description, measure.field)),
        *(
            " | ".join(sorted({_plain(name) for name in names}))
            for names in (
                (*measure.actors, *measure.lead),
                measure.themes,
                measure.activities,
                measure.beneficiaries,
            )
        ),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _plain(text: str) -> str:
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
