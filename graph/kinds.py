"""What a node of the network can be, for all who draw, name or link to it."""

from ontology.namespaces import ZG

KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "district": ("Gebietskörperschaft", ("TerritorialAuthority", "District")),
    "strategy": ("Strategie", ("Strategy",)),
    "process": ("Strategieprozess", ("StrategyProcess", "ProcessPhase")),
    "body": ("Gremium", ("Body",)),
    "goal": ("Ziel", ("Goal", "Vision")),
    "field": ("Handlungsfeld", ("ActionField", "FocusTopic", "SuccessFactor")),
    "measure": ("Maßnahme oder Projekt", ("Measure",)),
    "need": ("Bedarf", ("Issue", "NeedGroup")),
    "event": ("Veranstaltung oder Beteiligung", ("ParticipationActivity",)),
    "programme": ("Förderung", ("FundingProgramme",)),
    "person": ("Person oder Amt", ("Person", "Office")),
    "actor": ("Akteur", ("Actor",)),
}
"""What a node can be: German word and our classes; a thing of several kinds counts to the first."""

CLASSES = frozenset(str(ZG[name]) for _, names in KINDS.values() for name in names)
"""The classes whose things stand in the network."""
