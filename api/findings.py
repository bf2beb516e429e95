"""The findings of the comparison for pages and commands: computed once for each state of the graph, then kept.

They lie beside the store, by change number and by the weights they rest on; whoever asks second finds them ready.
"""

import hashlib
import json
import os
import re
import shutil
import threading
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from graph.edition import Edition
from graph.figures import districts

Finding = dict[str, Any]
IDENTIFIER = re.compile(r"[0-9a-f]{16}")
LIMIT = 500
"""Findings of one district that are kept; a list for people never comes near."""


class Findings:
    """The overlaps of every district with every circle, as JSON values (design.md, "Command line")."""

    def __init__(self, home: Edition) -> None:
        self.home = home
        self._lock = threading.Lock()
        self._state: tuple[int, Path] | None = None

    def of(self, district: str, kind: str) -> list[Finding]:
        """The overlaps of a district (AGS) with its circle, strongest first. Raises `Unknown` for either."""
        file = self._folder() / f"{quote(district, safe='')}-{kind}.json"
        if file.exists():
            return _kept(file)
        with self._lock:
            if file.exists():
                return _kept(file)
            # The comparison brings numpy and its tables: paid for only when nothing is at hand.
            found: list[Finding] = import_module("graph.compare.findings").findings(
                self.home.read(), district, kind, LIMIT
            )
            file.parent.mkdir(parents=True, exist_ok=True)
            # Another process may compute the same: each writes a file of its own, the last one stays.
            unfinished = file.with_suffix(f".{os.getpid()}")
            unfinished.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
            unfinished.replace(file)
            return found

    def one(self, identifier: str) -> Finding | None:
        """The overlap of that id, None where there is none."""
        if not IDENTIFIER.fullmatch(identifier):
            return None
        for district in districts(self.home.read()):
            for finding in self.of(district.ags, "all"):
                if finding["id"] == identifier:
                    return finding
        return None

    def _folder(self) -> Path:
        """Where the findings of this state lie; those of other states are cleared away."""
        number = self.home.number
        if self._state is None or self._state[0] != number:
            folder = self.home.directory / "findings"
            name = f"{number:06d}-{_rests_on()}"
            for old in folder.iterdir() if folder.is_dir() else ():
                if old.name != name:
                    shutil.rmtree(old, ignore_errors=True)
            self._state = number, folder / name
        return self._state[1]


def _kept(file: Path) -> list[Finding]:
    found: list[Finding] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _rests_on() -> str:
    """A mark of the program and the tables that the comparison rests on."""
    mark = hashlib.sha256()
    for package in ("graph.compare", "graph", "ontology"):
        for resource in sorted(files(package).iterdir(), key=lambda resource: resource.name):
            if resource.is_file() and resource.name.endswith((".py", ".json", ".tsv", "themes.ttl")):
                mark.update(resource.read_bytes())
    return mark.hexdigest()[:12]
