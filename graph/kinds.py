"""What a node of the network can be, for all who draw, name or link to it."""

from graph.language import N_
from ontology.namespaces import ZG

OTHER = "other"
"""What an answer to a query joins and the network does not know."""
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "district": (N_("Gebietskörperschaft"), ("TerritorialAuthority", "District")),
    "strategy": (N_("Strategie"), ("Strategy",)),
    "process": (N_("Strategieprozess"), ("StrategyProcess", "ProcessPhase")),
    "body": (N_("Gremium"), ("Body",)),
    "goal": (N_("Ziel"), ("Goal", "Vision")),
    "field": (N_("Handlungsfeld"), ("ActionField", "FocusTopic", "SuccessFactor")),
    "measure": (N_("Maßnahme oder Projekt"), ("Measure",)),
    "need": (N_("Bedarf"), ("Issue", "NeedGroup")),
    "event": (N_("Veranstaltung oder Beteiligung"), ("ParticipationActivity",)),
    "programme": (N_("Förderung"), ("FundingProgramme",)),
    "person": (N_("Person oder Amt"), ("Person", "Office")),
    "actor": (N_("Akteur"), ("Actor",)),
    OTHER: (N_("Weiteres"), ()),
}
"""What a node can be: German word and our classes; a thing of several kinds counts to the first."""

CLASSES = frozenset(str(ZG[name]) for _, names in KINDS.values() for name in names)
"""The classes whose things stand in the network."""
