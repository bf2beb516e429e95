"""What a process does that writes: one change of the internal edition, through the one writer, and its end.

Should it be killed, the data directory settles at the next opening: old state or new, whole. Where the data are on a
database server, a worker without a network could not reach them: `python -m api.sparql.writing DIRECTORY` is a process
of its own that may, with the servers that the settings name and the change on its standard input.
"""

import importlib
import json
import pickle
import re
import socket
import sys
import traceback
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from api.sparql.formats import SERIALISED
from api.sparql.frames import END, ERROR, HEADER, frame, receive
from api.sparql.job import Write
from graph.errors import InvalidQuery, Refused, ZukunftsgraphError
from graph.home import Home
from queries.lexer import outline

LOCK_PATIENCE = 10
"""Seconds to wait for another writer, such as a `load` from the command line."""
FORMATS = SERIALISED | {"text/n3": ox.RdfFormat.N3}
LINE = re.compile(r"line (\d+)|at (\d+):\d+")


def serve(peer: socket.socket) -> None:
    """Takes one order, writes, and reports."""
    payload = receive(peer)
    if payload is None:
        return
    directory, write = pickle.loads(payload)
    try:
        report = frame(HEADER, json.dumps(perform(Home(Path(directory)), write)).encode()) + frame(
            END, b'{"cpu_total": 0}'
        )
    except ZukunftsgraphError as error:
        report = _error(type(error).__name__, str(error))
    except Exception:
        report = _error("Bug", traceback.format_exc())
    peer.sendall(report)


def perform(home: Home, write: Write) -> dict[str, Any]:
    """Makes the change; says whether the graph was new (`created`), was there (`existed`), and the change's number."""
    triples = parsed(write) if write.operation in ("put", "add") else []
    created, existed = False, True
    with home.writing(write.command, write.actor, wait=LOCK_PATIENCE) as writer:
        try:
            if write.operation == "update":
                writer.update(write.text, write.base)
            elif write.operation == "put":
                created = writer.put(write.graph, triples)
            elif write.operation == "add":
                created = writer.add(write.graph, triples)
            else:
                existed = writer.delete(write.graph)
        except SyntaxError as error:
            raise InvalidQuery(f"Die Änderung ist kein gültiges SPARQL Update: {error}") from error
    return {"created": created, "existed": existed and not created, "change": home.internal.number}


def parsed(write: Write) -> list[ox.Triple]:
    """The triples of a body. Raises `InvalidQuery` with the line where it is broken."""
    triples = []
    for data, media_type in write.parts or ((write.data, write.media_type),):
        form = FORMATS.get(media_type.partition(";")[0].strip().lower())
        if form is None:
            raise InvalidQuery(
                f"Daten der Form „{media_type}“ kann der Dienst nicht lesen. Möglich sind: {', '.join(FORMATS)}."
            )
        try:
            quads = ox.parse(
                data,
                form,
                base_iri=write.base or write.graph,
                without_named_graphs=True,
                rename_blank_nodes=True,
            )
            triples += [quad.triple for quad in quads]
        except (SyntaxError, ValueError) as error:
            found = LINE.search(str(error))
            line = getattr(error, "lineno", None) or (found and (found[1] or found[2]))
            place = f" (Zeile {line})" if line else ""
            raise InvalidQuery(
                f"Die Daten lassen sich nicht als {media_type} lesen{place}: {error}"
            ) from error
    return triples


def _error(kind: str, message: str) -> bytes:
    return frame(ERROR, json.dumps({"kind": kind, "message": message[:2000]}).encode())


def main(directory: str) -> None:
    """Makes the change that standard input brings and says on standard output what became of it."""
    write = pickle.load(sys.stdin.buffer)
    outcome: dict[str, Any]
    try:
        if write.operation == "update" and (reason := outline(write.text, write.base).refusal):
            raise Refused(reason)  # this process could reach what a worker cannot
        outcome = {"done": perform(importlib.import_module("api.home").home_in(Path(directory)), write)}
    except ZukunftsgraphError as error:
        outcome = {"kind": type(error).__name__, "message": str(error)}
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main(sys.argv[1])
