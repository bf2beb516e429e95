"""The words of the comparison and of the accounts, marked for translation: `_(CLASSES[name])` shows one."""

from collections.abc import Mapping
from typing import Any

from graph.judgements import CLASSES as CLASSES
from graph.language import N_, _

CLASS_MEANINGS = {
    "duplicate": N_("dieselbe Tätigkeit für dieselben Zielgruppen oder denselben Gegenstand"),
    "overlap": N_("gleiches Ziel, dazu gleiche Tätigkeit oder gleiche Zielgruppe"),
    "complement": N_("die eine Seite bietet, was die andere braucht oder worauf sie aufbaut"),
    "same_field": N_("gleiches Handlungsfeld, sonst nichts Gemeinsames"),
    "unrelated": N_("nichts Gemeinsames gefunden"),
}
DIMENSIONS = {
    "theme": N_("Thema"),
    "activity": N_("Art der Tätigkeit"),
    "beneficiary": N_("Zielgruppe"),
    "goal": N_("Ziel"),
    "actors": N_("Akteure"),
    "territory": N_("Teilbarkeit im Raum"),
    "time": N_("Zeit"),
    "money": N_("Geld"),
    "text": N_("Wortlaut"),
    "field": N_("Handlungsfeld"),
    "meaning": N_("Sinn"),
}
STATES = {
    "open": N_("offen"),
    "decided": N_("entschieden"),
    "changed": N_("geändert, neu zu prüfen"),
    "contradictory": N_("widersprüchlich bewertet"),
    "new": N_("neu"),
    "": N_("offen"),
}
ROLES = {
    "reader": N_("Leserecht"),
    "editor": N_("Bearbeitung"),
    "reviewer": N_("Prüfung"),
    "administrator": N_("Administration"),
}
ROLE_MEANINGS = {
    "reader": N_("sieht auch interne Angaben"),
    "editor": N_("sieht auch interne Angaben und ordnet Handlungsfelder den gemeinsamen Themen zu"),
    "reviewer": N_("sieht auch interne Angaben, ordnet Handlungsfelder zu und hält Urteile fest"),
    "administrator": N_(
        "sieht auch interne Angaben und darf über die Schnittstelle unmittelbar in den Graphen schreiben"
    ),
}


def class_name(finding: Mapping[str, Any]) -> str:
    """What the class of a finding is called."""
    kind = str(finding["class"])
    return _(CLASSES[kind])
