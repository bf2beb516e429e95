"""Who sits in which body, in which role or by which office, as the sources name it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from graph.facts import Facts, facts, merged
from graph.sources import Source
from graph.store import Askable
from graph.vocabulary import PREFIXES, reference


@dataclass(frozen=True)
class Seat:
    """Somebody in a body; `office` is the office that gives the seat."""

    who: str
    label: str
    body: str
    body_label: str
    role: str = ""
    office: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Seats:
    """Bodies and who sits in them."""

    bodies: tuple[tuple[str, str], ...] = ()
    """Address and name."""
    seats: tuple[Seat, ...] = ()
    without: tuple[str, ...] = field(default=())
    """Names of bodies of which no member is known."""

    def count(self, who: str) -> int:
        """In how many of the bodies somebody sits."""
        return len({seat.body for seat in self.seats if seat.who == who})


def seats(store: Askable, bodies: Iterable[str]) -> Seats:
    """The seats of some bodies (IRIs), by body and name."""
    wanted = list(dict.fromkeys(bodies))
    if not wanted:
        return Seats()
    values = " ".join(map(reference, wanted))
    memberships = [
        str(row["m"])
        for row in store.select(
            f"{PREFIXES}SELECT DISTINCT ?m WHERE {{ VALUES ?b {{ {values} }} ?m a zg:Membership ; org:organization ?b "
            f"}}"
            " ORDER BY ?m"
        )
    ]
    direct = [
        (str(row["who"]), str(row["b"]))
        for row in store.select(
            f"""{PREFIXES}SELECT DISTINCT ?who ?b WHERE {{ VALUES ?b {{ {values} }} ?who zg:memberOf ?b }}
                ORDER BY ?b ?who"""
        )
    ]
    said = facts(store, {*wanted, *memberships, *(who for who, _ in direct)})
    found: dict[tuple[str, str], Seat] = {}
    for membership in memberships:
        seat = _by_membership(said, membership, wanted)
        if seat:
            found.setdefault((seat.body, seat.who), seat)
    for who, body in direct:
        here = found.get((body, who))
        passages = said.where(who, "memberOf", body) or said.where(who, "chairs", body)
        found[body, who] = Seat(
            who, said.name(who), body, said.name(body),
            here.role if here else "", here.office if here else "",
            merged([here.sources if here else (), passages]),
        )  # fmt: skip
    ordered = sorted(found.values(), key=lambda s: (wanted.index(s.body), s.label.casefold(), s.who))
    filled = {seat.body for seat in ordered}
    return Seats(
        tuple((body, said.name(body)) for body in wanted),
        tuple(ordered),
        tuple(said.name(body) for body in wanted if body not in filled),
    )


def _by_membership(said: Facts, membership: str, bodies: list[str]) -> Seat | None:
    body = next((b for b in said.all(membership, "org:organization") if b in bodies), "")
    member, office = said.one(membership, "org:member"), said.one(membership, "byOffice")
    who = member or office
    if not body or not who:
        return None
    role = said.one(membership, "org:role")
    told = [
        said.where(membership, name, value)
        for name, value in (("org:member", member), ("byOffice", office), ("org:organization", body))
        if value
    ]
    return Seat(
        who, said.name(who), body, said.name(body),
        said.name(role) if role else "", said.name(office) if office and member else "",
        merged(told[:1]),
    )  # fmt: skip
