"""The pages by name: which there are, how they are grouped, and where one is."""

from dataclasses import dataclass

from graph.language import N_


@dataclass(frozen=True)
class Page:
    """An entry of the menu; `also` are the beginnings of other addresses that belong to it."""

    address: str
    name: str
    group: str
    also: tuple[str, ...] = ()

    def holds(self, here: str) -> int:
        """How well an address fits: the length of what it shares with ours, 0 if it is not here."""
        beginnings = (self.address, *self.also)
        return max(
            (len(b) for b in beginnings if here == b or (b != "/" and here.startswith(f"{b}/"))), default=0
        )


@dataclass(frozen=True)
class Group:
    """Pages under one word of the menu."""

    name: str
    pages: tuple[Page, ...]

    @property
    def address(self) -> str:
        """Where the word leads: to the first page."""
        return self.pages[0].address


OVERVIEW = N_("Überblick")
COMPARE = N_("Vergleichen")
STRATEGIES = N_("Strategien")
NETWORK = N_("Akteure und Netz")
ASK = N_("Abfragen")
DATA = N_("Daten")

PAGES = (
    Page("/", OVERVIEW, OVERVIEW, ("/suche",)),
    Page("/ueberschneidungen", N_("Überschneidungen"), COMPARE),
    Page("/pruefen", N_("Dopplungs-Check"), COMPARE),
    Page("/wer-macht-was", N_("Wer macht was wo"), COMPARE),
    Page("/vergleich", N_("Zwei Kreise"), COMPARE),
    Page("/karte", N_("Karte"), COMPARE),
    Page("/bericht", N_("Bericht"), COMPARE),
    Page("/strategien", STRATEGIES, STRATEGIES, ("/strategiehaus",)),
    Page("/bedarfe", N_("Bedarfe"), STRATEGIES),
    Page("/zeitplan", N_("Zeitplan"), STRATEGIES),
    Page("/budget", N_("Budget"), STRATEGIES),
    Page("/fortschritt", N_("Fortschritt"), STRATEGIES),
    Page("/gewichten", N_("Rangfolge"), STRATEGIES),
    Page("/akteure", N_("Akteure"), NETWORK),
    Page("/netz", N_("Netz"), NETWORK),
    Page("/abfragen", ASK, ASK, ("/sparql",)),
    Page("/daten", DATA, DATA),
    Page("/mitmachen", N_("Mitmachen"), DATA),
    Page("/def", N_("Begriffe"), DATA),
    Page("/api", N_("Schnittstelle"), DATA),
)
"""Every page of the menu, in its order; a new page is one line here."""

GROUPS = tuple(
    Group(name, tuple(page for page in PAGES if page.group == name))
    for name in dict.fromkeys(page.group for page in PAGES)
)


def place(here: str) -> tuple[Group | None, Page | None]:
    """The group and the page of the menu that a local address belongs to."""
    found = max(PAGES, key=lambda page: page.holds(here))
    if not found.holds(here):
        return None, None
    return next(group for group in GROUPS if group.name == found.group), found
