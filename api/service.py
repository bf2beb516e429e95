"""What the pages are served from: the graph as it is now, its comparison, and where things live.

The entry point builds one `Service` and hands it to `create_app`; nothing here knows files or settings.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, cast, overload
from urllib.parse import quote, urlsplit

from graph.crosswalk import Crosswalk, crosswalk
from graph.districts import districts_of
from graph.entities import Proposal, proposals
from graph.errors import LimitReached
from graph.figures import DistrictFigure, Figure, OpenPoint, districts, figures, open_points
from graph.identities import IdentityJudgement, identity_judgements
from graph.inventory import Inventory, inventory
from graph.journal import Change
from graph.judgements import Standing, standings
from graph.language import N_, _, language, spoken
from graph.network import Network, network
from graph.search import Names
from graph.store import Askable
from graph.themes import Themes, theme_tree
from graph.vocabulary import Vocabulary, vocabulary
from ontology.namespaces import ID, ZG

T = TypeVar("T")
Overlap = Mapping[str, Any]
"""One result of the comparison in the form that design.md gives: `id, class, score, confidence, a, b, …`."""

CIRCLES = {
    "all": N_("alle"),
    "adjacent": N_("angrenzende Kreise"),
    "second": N_("zweiter Ring"),
    "region": N_("Planungsregion"),
    "levels": N_("obere und untere Ebenen"),
    "similar": N_("ähnliche Kreise"),
}
"""With whom a district is compared."""


NO_ENCODER = {
    "encoder": "none",
    "label": N_("ohne Sprachmodell"),
    "sentence": N_("Verglichen ohne Sprachmodell."),
}
"""What is said where nobody compares."""
NETWORKS = 8
"""Pages of networks that are kept of one state; each takes a megabyte."""
NOTES = 200
"""Small answers that are kept of one state."""
ANSWERS, ANSWERS_BYTES = 64, 32_000_000
"""Answers that are kept of one state, and bytes of those among them that are files."""


class Turns:
    """One at a time, a few wait, the others are sent away: who waits holds a thread that all pages share."""

    def __init__(self, waiting: int, what: str = N_("Netze zugleich gezeichnet")) -> None:
        self._lock, self._places = threading.Lock(), threading.BoundedSemaphore(waiting + 1)
        self._thread, self._what = threading.local(), what

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Waits for the turn; whose turn it is already goes on. Raises `LimitReached` where too many wait already."""
        if getattr(self._thread, "inside", False):
            yield
            return
        if not self._places.acquire(blocking=False):
            raise LimitReached(
                _(
                    "Gerade werden zu viele {what}. Bitte rufen Sie die Seite in 5 Sekunden noch einmal auf."
                ).format(what=_(self._what)),
                5,
            )
        try:
            with self._lock:
                self._thread.inside = True
                try:
                    yield
                finally:
                    self._thread.inside = False
        finally:
            self._places.release()


DRAWING = Turns(waiting=4)
COMPUTING = Turns(waiting=5, what=N_("Antworten zugleich berechnet"))
"""Whatever goes through a whole network or inventory. Together with those who wait for drawings, for a comparison and
for an idea to be checked, anonymous visitors hold 35 of the 40 threads at most."""


class costly(spoken[T]):
    """A property kept for each language that is computed in a turn of its own: of many who ask at once, few wait and
    none computes the same again."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Any:
        if instance is None:
            return self
        if self.is_known(instance):
            return super().__get__(instance, owner)
        with COMPUTING.taken():
            return super().__get__(instance, owner)


class Reading:
    """The graph in one state, with what pages need again and again, each computed once."""

    def __init__(self, store: Askable, state: str) -> None:
        self.store, self.state = store, state
        self._networks: OrderedDict[tuple[str, Hashable, str], tuple[bytes, str]] = OrderedDict()
        self._answers: OrderedDict[tuple[str, Hashable], Any] = OrderedDict()
        self._notes: OrderedDict[tuple[str, Hashable], Any] = OrderedDict()

    @spoken
    def words(self) -> Vocabulary:
        """Words for terms."""
        return vocabulary(self.store)

    @spoken
    def names(self) -> Names:
        """What the search looks through."""
        return Names(self.store, self.words)

    @spoken
    def figures(self) -> list[Figure]:
        """The key figures."""
        return figures(self.store, self.districts)

    @cached_property
    def districts(self) -> list[DistrictFigure]:
        """The districts with measures."""
        return districts(self.store)

    @spoken
    def open_points(self) -> list[OpenPoint]:
        """What the sources leave open."""
        return open_points(self.store)

    @spoken
    def standings(self) -> list[Standing]:
        """What the judgements on each judged overlap come to."""
        return standings(self.store)

    @spoken
    def identities(self) -> list[IdentityJudgement]:
        """What people decided on whether two entries mean the same."""
        return identity_judgements(self.store)

    @costly
    def proposals(self) -> list[Proposal]:
        """Which entries for actors and bodies may mean the same."""
        return proposals(self.store)

    @costly
    def themes(self) -> Themes:
        """The shared theme scheme."""
        return theme_tree(self.store)

    @costly
    def crosswalk(self) -> Crosswalk:
        """Which action field belongs to which shared theme."""
        return crosswalk(self.store)

    @costly
    def inventory(self) -> Inventory:
        """What each district has."""
        return inventory(self.store)

    @costly
    def network(self) -> Network:
        """The whole network."""
        return network(self.store)

    @spoken
    def districts_of_things(self) -> dict[str, tuple[str, ...]]:
        """The districts that each thing belongs to."""
        return districts_of(self.store)

    def kept(self, key: Hashable, make: Callable[[], T], holds: Callable[[], bool] = lambda: True) -> T:
        """What `make` computes of this state: once for all who ask the same in one language, one after the other.

        What rests on more than the store, such as the findings, could be of another state: then `holds` says
        afterwards whether it is of this one (`Shown.holds`), and otherwise it is not kept.
        Raises `LimitReached` where too many wait already.
        """
        called = language(), key
        with suppress(KeyError):
            self._answers.move_to_end(called)
            return cast(T, self._answers[called])
        with COMPUTING.taken():
            if called in self._answers:
                return cast(T, self._answers[called])
            found = make()
            if holds():
                self._answers[called] = found
            while len(self._answers) > ANSWERS or self._kept_bytes() > ANSWERS_BYTES:
                if self._answers.popitem(last=False)[0] == called:
                    break  # one that is too large to be kept
            return found

    def noted(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` computes of this state in a moment: kept as well, but nobody has to wait for his turn."""
        called = language(), key
        if called not in self._notes:
            while len(self._notes) >= NOTES:
                with suppress(KeyError):  # somebody else was faster
                    self._notes.popitem(last=False)
            return cast(T, self._notes.setdefault(called, make()))
        return cast(T, self._notes[called])

    def _kept_bytes(self) -> int:
        return sum(len(answer) for answer in list(self._answers.values()) if isinstance(answer, bytes))

    def network_page(
        self,
        title: str,
        focus: str | None,
        address: Callable[[str], str],
        focus_address: Callable[[str], str],
        home: str,
        part: tuple[Hashable, Network] | None = None,
    ) -> tuple[bytes, str]:
        """The page of the network, or of the surroundings of `focus`, and the security policy it needs.

        `home` stands for the place of the service, on which both kinds of addresses depend. `part` shows no other than
        a network that somebody has chosen, under a name for what was chosen.
        """
        key = title, part[0] if part else focus, home
        with suppress(KeyError):
            self._networks.move_to_end(key)
            return self._networks[key]
        with DRAWING.taken():
            if key in self._networks:
                return self._networks[key]
            # pyvis costs a second more.
            view = import_module("visualizations.network")
            text = view.page(
                part[1] if part else self.network,
                title,
                focus,
                address=address,
                focus_address=focus_address,
                home=home,
                whole=part is not None,
            )
            made = str(text).encode(), f"{view.content_security_policy()}; frame-ancestors 'none'"
            self._networks[key] = made
            while len(self._networks) > NETWORKS:
                self._networks.popitem(last=False)
            return made


@dataclass(frozen=True)
class Shown:
    """One edition as it is shown: to everybody the public one, to whoever is logged in the internal one.

    `open_store` opens the graph as it is now, `state` names what it holds: when the name changes, the next request
    sees the new state. `overlaps(ags, circle)` gives the findings of a district, strongest first, `overlap(id)` one
    of them or None; both cache for themselves. `check(idea, ags, limit)` says what there is already like an idea.
    """

    open_store: Callable[[], Askable]
    state: Callable[[], str]
    overlaps: Callable[[str, str], Sequence[Overlap]]
    overlap: Callable[[str], Overlap | None]
    groups: Callable[[], Sequence[Mapping[str, Any]]] = field(default=tuple, kw_only=True)
    """What many districts do (`graph.groups`), in JSON form."""
    changes: Callable[[], Sequence[Change]] = field(default=tuple, kw_only=True)
    """The journal, for who may see it: it lies outside of what is public."""
    check: Callable[[str, str, int], Sequence[Overlap]] = lambda idea, district, limit: ()
    compare: Callable[[Sequence[Any], int], Sequence[Sequence[Overlap]]] = lambda measures, limit: [
        () for _measure in measures
    ]
    """For each of some measures (`graph.compare.profile.Measure`) that somebody brings along what is most like it."""
    vague: Callable[[str], bool] = field(default=lambda idea: False, kw_only=True)
    """Whether an idea says too little: then that nothing like it is found does not mean that there is nothing."""
    encoder: Callable[[], Mapping[str, str]] = field(default=lambda: NO_ENCODER, kw_only=True)
    """With which encoder findings are compared (`api.findings.compared_with`)."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _current: list[Reading] = field(default_factory=list, repr=False)

    def holds(self, now: Reading) -> Callable[[], bool]:
        """Whether the state is still that of a reading, and was when this was asked: findings are of it then."""
        before = self.state() == now.state
        return lambda: before and self.state() == now.state

    def reading(self) -> Reading:
        """The newest state of the graph."""
        state = self.state()
        with self._lock:
            if not self._current or self._current[0].state != state:
                store = self.open_store()
                # Should the state have changed meanwhile, nobody knows which one this is. Kept under the name of the
                # first it might show what has been withdrawn, when that state comes back.
                while (now := self.state()) != state:
                    state, store = now, self.open_store()
                self._current[:] = [Reading(store, state)]
            return self._current[0]


class Files(Protocol):
    """The public edition as files, in the forms of `api.exports`."""

    def file(self, form: str) -> Path: ...
    def size(self, form: str) -> int | None: ...


@dataclass(frozen=True)
class Service:
    """Everything the HTTP layer needs from the outside.

    `district` (AGS) is shown until the visitor chooses another.
    """

    public: Shown
    internal: Shown
    district: str = "08118"
    version: str = ""
    legal: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    """Imprint, privacy and accessibility as `api.legal` reads them from the settings."""
    exports: Files | None = field(default=None, kw_only=True)
    """The files of the public edition; without them they are written anew for everybody who asks."""
    base: str = str(ID)
    """What an instance mints itself lies under this address; shared things always under w3id.org."""

    def iris(self, path: str) -> list[str]:
        """The IRIs that `/id/{path}` may stand for: the shared thing, then the instance's own."""
        return list(dict.fromkeys(f"{base}{path}" for base in (str(ID), self.base)))

    def path(self, iri: str) -> str | None:
        """The path `{type}/{slug}` of one of our things, else None."""
        for base in (str(ID), self.base):
            if iri.startswith(base) and "/" in iri[len(base) :]:
                return iri[len(base) :]
        return None


def strongest(found: Sequence[Overlap], count: int) -> list[Overlap]:
    """The `count` findings most worth looking at, in their order by class, score and id.

    Cutting the sorted list would lose whole classes; the comparison ranks across them.
    """
    return [overlap for overlap in found if overlap["rank"] <= count]


def href(service: Service, root: str, iri: str) -> str:
    """Where a link to an IRI leads: own page, definition, http(s) address; empty if it must not be a link."""
    path = service.path(iri)
    if path is not None:
        return f"{root}/doc/{quote(path, safe='/:@!$&()*+,;=~')}"
    if iri.startswith(str(ZG)):
        return f"{root}/def#{quote(iri.removeprefix(str(ZG)))}"
    return web_address(iri)


def web_address(text: str) -> str:
    """The text if it is an http(s) address, else nothing: `javascript:` and its like never become links."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.netloc else ""
