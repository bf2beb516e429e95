"""The findings of the comparison for pages and commands: computed once for each state of the graph, then kept.

They lie beside the store, by change number and by the weights they rest on; whoever asks second finds them ready.
"""

import hashlib
import json
import shutil
import threading
from importlib.resources import files
from pathlib import Path
from typing import Any

from graph.circle import circle
from graph.compare.judge import judgements
from graph.compare.measures import measures
from graph.compare.overlaps import overlaps
from graph.compare.profile import Measure
from graph.edition import Edition

Finding = dict[str, Any]
LIMIT = 500
"""Findings of one district that are kept; a list for people never comes near."""


class Findings:
    """The overlaps of every district with every circle, as JSON values (design.md, "Command line")."""

    def __init__(self, home: Edition) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._measures: tuple[int, list[Measure]] | None = None

    def prepare(self, district: str) -> None:
        """Computes what the first visitor will ask for."""
        self.of(district, "all")

    def of(self, district: str, kind: str) -> list[Finding]:
        """The overlaps of a district (AGS) with its circle, strongest first. Raises `Unknown` for either."""
        with self._lock:
            file = self._folder() / f"{district}-{kind}.json"
            if file.exists():
                found: list[Finding] = json.loads(file.read_text(encoding="utf-8"))
                return found
            store = self.home.read()
            around = circle(store, district, kind)
            strongest = overlaps(self._known(), around, district, LIMIT, judgements(store))
            found = [overlap.as_json() for overlap in strongest]
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_suffix(".unfertig")
            unfinished.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
            unfinished.replace(file)
            return found

    def one(self, identifier: str) -> Finding | None:
        """The overlap of that id, None where there is none."""
        districts = sorted({measure.ags for measure in self._known() if measure.ags})
        for district in districts:
            for finding in self.of(district, "all"):
                if finding["id"] == identifier:
                    return finding
        return None

    def _known(self) -> list[Measure]:
        number = self.home.number
        if self._measures is None or self._measures[0] != number:
            self._measures = (number, measures(self.home.read()))
        return self._measures[1]

    def _folder(self) -> Path:
        """Where the findings of this state lie; those of other states are cleared away."""
        weights = files("graph.compare").joinpath("weights.json").read_bytes()
        name = f"{self.home.number:06d}-{hashlib.sha256(weights).hexdigest()[:12]}"
        folder = self.home.directory / "findings"
        for old in folder.iterdir() if folder.is_dir() else ():
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)
        return folder / name
