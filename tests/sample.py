"""A service on two invented counties (tests/data/pages.trig), for the tests of pages and browser."""

from pathlib import Path
from typing import Any

import pyoxigraph as ox
from starlette.testclient import TestClient

from api.service import Service, Shown
from graph.store import Store

ID = "https://w3id.org/zukunftsgraph/id/"
DATA = Path(__file__).parent / "data" / "pages.trig"
Client = TestClient


def store_of_two_counties() -> Store:
    """The graph of the two counties, in memory."""
    data = ox.Store()
    data.load(path=str(DATA), format=ox.RdfFormat.TRIG)
    return Store(data)


def sample_overlaps() -> list[dict[str, Any]]:
    """Four findings of Landkreis Ahorn in the form that design.md gives."""
    passage = {
        "document": "Vorlage 1",
        "section": "2 Projekte",
        "start": 100,
        "end": 160,
        "url": "https://example.org/v",
        "iri": f"{ID}document/vorlage-1",
    }
    first = {
        "id": "a-b",
        "class": "overlap",
        "score": 0.73,
        "confidence": 0.61,
        "a": {
            "iri": f"{ID}project/start-up-treff",
            "title": "Start-up-Treff für den Mittelstand",
            "district": "Landkreis Ahorn",
            "ags": "00001",
            "lead": [],
            "sources": [passage],
        },
        "b": {
            "iri": f"{ID}measure/gruenderzentrum",
            "title": "Gründerzentrum Birkenau",
            "district": "Landkreis Birke",
            "ags": "00002",
            "lead": ["Stadt Birkenau"],
            "sources": [],
        },
        "dimensions": [
            {"name": "theme", "value": 0.9, "reason": "beide: Gründung"},
            {"name": "activity", "value": 0.4, "reason": "Netzwerk und Anlaufstelle"},
            {"name": "money", "value": None, "reason": "Keine Quelle nennt Beträge."},
        ],
        "reason": "Beide wollen junge Betriebe mit dem Mittelstand zusammenbringen.",
        "shared": ["Hochschule Birkenau"],
        "status": "open",
        "own_district": False,
        "rank": 1,
    }
    others = [("c", "duplicate", 0.91), ("d", "complement", 0.5), ("e", "same_field", 0.3)]
    return [
        first,
        *(first | {"id": i, "class": c, "score": s, "rank": n} for n, (i, c, s) in enumerate(others, 2)),
    ]


def sample_service() -> Service:
    """The service; its first district is Landkreis Ahorn."""
    store = store_of_two_counties()
    found = sample_overlaps()
    shown = Shown(
        open_store=lambda: store,
        state=lambda: "1",
        overlaps=lambda district, circle: found if district == "00001" else [],
        overlap=lambda identity: next((o for o in found if o["id"] == identity), None),
    )
    return Service(public=shown, internal=shown, district="00001", version="0.1.0")
