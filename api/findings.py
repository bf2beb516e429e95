"""The findings of the comparison for pages and commands: computed once for each state of the graph, then kept.

They lie beside the store, by the state of the edition and by the weights they rest on; whoever asks second finds them
ready.
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
    """The overlaps of every district with every circle in one edition, as JSON values (design.md, "Command line")."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self._lock = threading.Lock()
        self._state: tuple[str, Path] | None = None

    def of(self, district: str, kind: str) -> list[Finding]:
        """The overlaps of a district (AGS) with its circle, strongest first. Raises `Unknown` for either."""
        name = f"{quote(district, safe='')}-{kind}.json"
        file = self._folder() / name
        if file.exists():
            return _kept(file)
        with self._lock:
            folder = self._folder()
            file = folder / name
            if file.exists():
                return _kept(file)
            store = self.edition.read()
            known = self._folder() == folder
            # The comparison brings numpy and its tables: paid for only when nothing is at hand.
            found: list[Finding] = import_module("graph.compare.findings").findings(
                store, district, kind, LIMIT
            )
            # What was computed from another state must not be kept under the name of this one: when this one comes
            # back, it would show what has been withdrawn.
            if not known or self._folder() != folder:
                return found
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
        for district in districts(self.edition.read()):
            for finding in self.of(district.ags, "all"):
                if finding["id"] == identifier:
                    return finding
        return None

    def _folder(self) -> Path:
        """Where the findings of this state lie; those of other states are cleared away."""
        state = self.edition.fingerprint
        if self._state is None or self._state[0] != state:
            folder = self.edition.directory / "findings" / self.edition.name
            name = f"{state}-{_rests_on()}"
            for old in folder.iterdir() if folder.is_dir() else ():
                if old.name != name:
                    shutil.rmtree(old, ignore_errors=True)
            self._state = state, folder / name
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
