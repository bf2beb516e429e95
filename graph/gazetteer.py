"""Names of districts: which authority a person means by a key or a name."""

import difflib
from dataclasses import dataclass

from graph.errors import Unknown
from graph.store import Askable

DISTRICTS = """
PREFIX zg: <https://w3id.org/zukunftsgraph/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?iri ?ags ?label ?other WHERE {
  ?iri a zg:District ; zg:ags ?ags ; skos:prefLabel ?label .
  OPTIONAL { ?iri skos:altLabel ?other . }
  FILTER(lang(?label) = "de")
}
ORDER BY ?ags ?other
"""


@dataclass(frozen=True)
class District:
    """An authority at county level: `key` is its five-digit AGS, `others` further names people use."""

    iri: str
    key: str
    label: str
    others: tuple[str, ...] = ()

    @property
    def is_city(self) -> bool:
        """Whether it is an independent city: those sort after the county of the same name."""
        return self.label.startswith(("Stadtkreis", "Kreisfreie Stadt"))

    def __str__(self) -> str:
        return f"{self.label} ({self.key})"


def districts(store: Askable) -> list[District]:
    """All districts in the order of their keys."""
    found: dict[str, District] = {}
    for row in store.select(DISTRICTS):
        key, other = str(row["ags"]), row["other"]
        known = found.get(key, District(str(row["iri"]), key, str(row["label"])))
        found[key] = District(
            known.iri, key, known.label, (*known.others, str(other)) if other else known.others
        )
    return list(found.values())


def named_district(store: Askable, asked: str) -> tuple[District, list[District]]:
    """The district meant, and the others the words may mean.

    A bare name means the county („Heilbronn“ the Landkreis, not the city). Raises `Unknown` with the five nearest
    names where nothing fits.
    """
    known = districts(store)
    wanted = asked.strip().casefold()
    meant = [d for d in known if wanted in (d.key, d.label.casefold(), *(o.casefold() for o in d.others))]
    if not meant:
        names = {name: d for d in known for name in (d.label, *d.others)}
        near = difflib.get_close_matches(asked, names, 12, 0.5)
        unique = list(dict.fromkeys(str(names[name]) for name in near))[:5]
        raise Unknown("Der Kreis", asked, unique)
    meant.sort(key=lambda d: (d.label.casefold() != wanted, d.is_city, d.key))
    return meant[0], meant[1:]
