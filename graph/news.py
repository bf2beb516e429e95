"""What is new: the judgements recorded last, and the datasets with the day their source is from.

Everything is read from the edition that is shown, so that the public one tells nothing of what happens inside. When a
dataset was taken in, only the journal knows, which lies outside of what is public.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graph.judgements import Judgement, Standing
from graph.language import best
from graph.store import Askable
from graph.verdicts import moment
from graph.vocabulary import PREFIXES, local_name

DATED = """SELECT ?dataset ?title (LANG(?title) AS ?language) ?day ?issued WHERE {
  { ?dataset a zg:Dataset ; dcterms:title ?title }
  UNION { GRAPH graph:catalogue { ?dataset a zg:Dataset ; dcterms:title ?title } }
  OPTIONAL { GRAPH graph:catalogue { ?dataset dcterms:modified|dcterms:issued ?day } }
  OPTIONAL { GRAPH graph:catalogue { ?dataset dcterms:source ?document } ?document dcterms:issued|dcterms:date ?issued }
}"""


@dataclass(frozen=True)
class DatedDataset:
    """A dataset with its titles by language. `day` (ISO 8601, as exact as it is known) is empty where nothing tells.

    `taken_in` is the day on which it was last stored, empty for whoever does not see the journal.
    """

    iri: str
    titles: Mapping[str, str]
    day: str
    taken_in: str = ""

    @property
    def title(self) -> str:
        """The title in the language in force."""
        return best(self.titles, local_name(self.iri))


def newest_judgements(found: Iterable[Standing], count: int) -> list[Judgement]:
    """The judgements recorded last, those replaced or withdrawn as well, the newest first."""
    every = [judgement for standing in found for judgement in standing.judgements]
    every.sort(key=lambda judgement: (moment(judgement.recorded), judgement.id), reverse=True)
    return every[:count]


def dated_datasets(store: Askable, taken_in: Mapping[str, str] | None = None) -> list[DatedDataset]:
    """The datasets, the newest first, those without any date last; `taken_in` is what the journal knows, by IRI."""
    titles: dict[str, dict[str, str]] = {}
    days: dict[str, str] = {}
    for row in store.select(PREFIXES + DATED):
        iri = str(row["dataset"])
        titles.setdefault(iri, {}).setdefault(str(row["language"] or ""), str(row["title"]))
        day = str(row["day"] or row["issued"] or "")
        days[iri] = max(days.get(iri, ""), day)
    known = taken_in or {}
    datasets = [DatedDataset(iri, titles[iri], days[iri], known.get(iri, "")) for iri in titles]
    datasets.sort(key=lambda d: (d.title.casefold(), d.iri))
    datasets.sort(key=lambda d: (d.taken_in, d.day), reverse=True)
    return datasets


def last_stored(changes: Sequence[tuple[str, Sequence[str]]]) -> dict[str, str]:
    """Dataset (IRI) → the time it was stored last; `changes` are times and datasets, the oldest first."""
    return {dataset: at for at, datasets in changes for dataset in datasets}
