"""The findings of the comparison for pages and commands: computed once for each state of the graph, then kept.

They lie beside the store, by change number and by the weights they rest on; whoever asks second finds them ready.
"""

import hashlib
import json
import shutil
import threading
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from graph.edition import Edition
from graph.figures import districts

Finding = dict[str, Any]
LIMIT = 500
"""Findings of one district that are kept; a list for people never comes near."""


class Findings:
    """The overlaps of every district with every circle, as JSON values (design.md, "Command line")."""

    def __init__(self, home: Edition) -> None:
        self.home = home
        self._lock = threading.Lock()

    def of(self, district: str, kind: str) -> list[Finding]:
        """The overlaps of a district (AGS) with its circle, strongest first. Raises `Unknown` for either."""
        with self._lock:
            file = self._folder() / f"{district}-{kind}.json"
            if file.exists():
                found: list[Finding] = json.loads(file.read_text(encoding="utf-8"))
                return found
            # The comparison brings numpy and its tables: paid for only when nothing is at hand.
            found = import_module("graph.compare.findings").findings(self.home.read(), district, kind, LIMIT)
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = file.with_suffix(".unfertig")
            unfinished.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
            unfinished.replace(file)
            return found

    def one(self, identifier: str) -> Finding | None:
        """The overlap of that id, None where there is none."""
        for district in districts(self.home.read()):
            for finding in self.of(district.ags, "all"):
                if finding["id"] == identifier:
                    return finding
        return None

    def _folder(self) -> Path:
        """Where the findings of this state lie; those of other states are cleared away."""
        rests_on = hashlib.sha256()
        for resource in sorted(files("graph.compare").iterdir(), key=lambda resource: resource.name):
            if resource.is_file():
                rests_on.update(resource.read_bytes())
        name = f"{self.home.number:06d}-{rests_on.hexdigest()[:12]}"
        folder = self.home.directory / "findings"
        for old in folder.iterdir() if folder.is_dir() else ():
            if old.name != name:
                shutil.rmtree(old, ignore_errors=True)
        return folder / name
