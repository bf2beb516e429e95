"""What a process does that answers foreign queries: one job after the other from its socket, the answer in frames.

It knows pyoxigraph and nothing else of ours, holds no secret, and can open neither file nor connection; whatever a
query makes of it, the service kills it and forks another. What it must not do is answer wrongly: where a query cannot
be answered as the recommendations say, it says so.
"""

import contextlib
import json
import os
import pickle
import re
import resource
import socket
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import pyoxigraph as ox

from api.sparql.formats import SERIALISED, TABLES
from api.sparql.frames import DATA, END, ERROR, HEADER, LARGEST, frame, receive
from api.sparql.job import PREFIXES, Job
from api.sparql.order import Statistics, ordered

Results: TypeAlias = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Graphs: TypeAlias = list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph]

FLUSH_EVERY = 0.2
"""Seconds after which a part of an answer goes out even if it is small."""
PIECE = 4096
"""The first piece of an answer that is at least so long goes out at once."""
MOST_WORDS = 10
"""So many of the words that could stand where a query goes wrong are named."""
MOST_FUNCTIONS = 100
"""So many different unknown functions a query may call."""

NO_BOOLEAN = {ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV}
"""The recommendation gives an ASK no form in these."""
PREFIXED = {ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG, ox.RdfFormat.RDF_XML}
XML = {ox.QueryResultsFormat.XML, ox.RdfFormat.RDF_XML}
NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|<oxprefix:[ >]")
"""What no XML can hold: control characters; and a property whose IRI ends in no name, which RDF/XML has no form for."""

UNKNOWN_FUNCTION = re.compile(r"The custom function <(.+)> is not supported")
SYNTAX_ERROR = re.compile(r"error at (\d+):(\d+): expected (.+)", re.DOTALL)


class Failure(Exception):
    """Why there is no answer: a name of `graph.errors` and a German message for the client."""

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class Outlet:
    """The answer on its way: bytes are collected to frames; header and a small answer leave in one piece."""

    def __init__(
        self, peer: socket.socket, content_type: str, xml: bool = False, rdf_xml: bool = False
    ) -> None:
        self.peer, self.xml, self.rdf_xml = peer, xml, rdf_xml
        self.sent_at = time.monotonic()
        self.ahead = frame(HEADER, json.dumps({"content_type": content_type}).encode())
        self.buffer = bytearray()
        self.tail = b""

    def write(self, data: bytes) -> int:
        """Takes what the engine hands out, in pieces of mostly 8 KB."""
        self.buffer += self._as_xml(data) if self.xml else data
        if self.ahead:  # a full piece means that more will come, and nobody knows when
            due = len(data) >= PIECE
        else:
            due = len(self.buffer) >= LARGEST or time.monotonic() - self.sent_at > FLUSH_EVERY
        if due:
            self._send(b"")
        return len(data)

    def flush(self) -> None:
        """Nothing: `write` decides when to send."""

    def end(self, cost: bytes) -> None:
        """Sends what is left, and that it is all."""
        self._send(frame(END, cost))

    def _send(self, end: bytes) -> None:
        parts = [self.ahead]
        for start in range(0, len(self.buffer), LARGEST):
            parts.append(frame(DATA, bytes(self.buffer[start : start + LARGEST])))
        self.peer.sendall(b"".join([*parts, end]))
        self.ahead, self.sent_at = b"", time.monotonic()
        self.buffer.clear()

    def _as_xml(self, data: bytes) -> bytes:
        if NOT_XML.search(self.tail + data):
            raise Failure(
                "NotAcceptable",
                "Das Ergebnis enthält Zeichen oder Eigenschaften, die XML nicht darstellen kann; "
                "bitte eine andere Form wählen, z. B. JSON oder Turtle.",
            )
        self.tail = data[-16:]
        return data.replace(b"\r", b"&#13;") if self.rdf_xml else data


def serve(peer: socket.socket, store: ox.Store, seconds: float, statistics: Statistics | None = None) -> None:
    """Answers jobs until the other side goes; `seconds` is what the kernel lets one compute if nobody else looks."""
    born = peak()
    while (payload := receive(peer)) is not None:
        answer(peer, store, pickle.loads(payload), seconds, born, statistics)


def answer(
    peer: socket.socket,
    store: ox.Store,
    job: Job,
    seconds: float,
    born: int,
    statistics: Statistics | None = None,
) -> None:
    """Sends the answer of one job, or why there is none. With statistics, its patterns are put into a good order."""
    before = time.process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(before + seconds) + 10, resource.RLIM_INFINITY))
    try:
        outlet = _graph(peer, store, job) if job.graph is not None else _query(peer, store, job, statistics)
        spent = time.process_time()
        cost = {"cpu": spent - before, "cpu_total": spent, "grown": peak() - born}
        outlet.end(json.dumps(cost).encode())
    except Failure as failure:
        _fail(peer, failure.kind, str(failure))
    except MemoryError:
        os.abort()
    except OSError as error:
        if isinstance(error, BrokenPipeError | ConnectionError):
            os._exit(0)
        _fail(peer, "InvalidQuery", f"Die Anfrage lässt sich nicht beantworten: {error}")
    except Exception:
        _fail(peer, "Bug", traceback.format_exc())


def _fail(peer: socket.socket, kind: str, message: str) -> None:
    error = {"kind": kind, "message": message[:2000]}
    peer.sendall(frame(ERROR, json.dumps(error).encode()))


def peak() -> int:
    """The most memory the process has used so far, in KB (bytes on macOS; used as a difference only)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _query(peer: socket.socket, store: ox.Store, job: Job, statistics: Statistics | None) -> Outlet:
    results = _results(store, job, statistics)
    if isinstance(results, ox.QueryTriples):
        return _triples(peer, job, results)
    asked = job.boolean if isinstance(results, ox.QueryBoolean) else job.solutions
    form = TABLES.get(_essence(asked))
    if asked is None or form is None or (isinstance(results, ox.QueryBoolean) and form in NO_BOOLEAN):
        raise Failure("NotAcceptable", _forms(results))
    outlet = Outlet(peer, _content_type(asked), form in XML)
    if not job.head_only:
        results.serialize(outlet, form)  # type: ignore[arg-type]
    return outlet


def _triples(peer: socket.socket, job: Job, results: ox.QueryTriples) -> Outlet:
    form, outlet = _rdf(peer, job)
    if job.head_only:
        return outlet
    if form in PREFIXED:
        ox.serialize(results, outlet, form, prefixes=PREFIXES)  # type: ignore[arg-type]
    else:
        results.serialize(outlet, form)  # type: ignore[arg-type]
    return outlet


def _graph(peer: socket.socket, store: ox.Store, job: Job) -> Outlet:
    name = ox.NamedNode(job.graph) if job.graph else ox.DefaultGraph()
    if isinstance(name, ox.NamedNode) and not store.contains_named_graph(name):
        raise Failure("Unknown", job.graph or "")
    form, outlet = _rdf(peer, job)
    if job.head_only:
        return outlet
    if form.supports_datasets:
        triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, name))
        ox.serialize(triples, outlet, form, prefixes=PREFIXES)  # type: ignore[arg-type]
    else:
        store.dump(outlet, form, from_graph=name, prefixes=PREFIXES if form in PREFIXED else None)  # type: ignore[arg-type]
    return outlet


def _rdf(peer: socket.socket, job: Job) -> tuple[ox.RdfFormat, Outlet]:
    form = SERIALISED.get(_essence(job.triples))
    if job.triples is None or form is None:
        raise Failure("NotAcceptable", _forms(None))
    return form, Outlet(peer, _content_type(job.triples), form in XML, form == ox.RdfFormat.RDF_XML)


def _essence(media_type: str | None) -> str:
    return (media_type or "").partition(";")[0].strip().lower()


def _content_type(media_type: str) -> str:
    text = media_type.startswith("text/") and "charset" not in media_type
    return f"{media_type}; charset=utf-8" if text else media_type


def _forms(results: Results | None) -> str:
    if isinstance(results, ox.QueryBoolean):
        known = [name for name, form in TABLES.items() if form not in NO_BOOLEAN]
    else:
        known = list(TABLES if isinstance(results, ox.QuerySolutions) else SERIALISED)
    return f"In der verlangten Form gibt es diese Antwort nicht. Möglich sind: {', '.join(known)}."


def _results(store: ox.Store, job: Job, statistics: Statistics | None) -> Results:
    default, named = job.default_graphs, job.named_graphs
    if default is None and named is None:
        if statistics and (text := ordered(job.text, statistics)) != job.text:
            with contextlib.suppress(Failure):  # errors are those of the text as it was sent
                return _results(store, replace(job, text=text), None)
        return _ask(lambda functions: _run(store, job, functions, None, None))
    defaults = [ox.NamedNode(iri) if iri else ox.DefaultGraph() for iri in dict.fromkeys(default or ())]
    names = [ox.NamedNode(iri) for iri in dict.fromkeys(named or ())]
    if len(defaults) > 1:
        store, defaults = _merged(store, defaults, names), [ox.DefaultGraph()]
    return _ask(lambda functions: _run(store, job, functions, defaults, names))


Functions: TypeAlias = dict[
    ox.NamedNode, Callable[..., ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None]
]


def _run(
    store: ox.Store,
    job: Job,
    functions: Functions,
    default: Sequence[ox.NamedNode | ox.DefaultGraph] | None,
    named: Sequence[ox.NamedNode] | None,
) -> Results:
    return store.query(
        job.text,
        base_iri=job.base or None,
        default_graph=None if default is None else list(default),
        named_graphs=None if named is None else list(named),
        custom_functions=functions,
    )


def _ask(query: Callable[[Functions], Results]) -> Results:
    """Runs a query; a function that nobody knows is an error of its expression, not of the query."""
    functions: Functions = {}
    while True:
        try:
            return query(functions)
        except RuntimeError as error:
            unknown = UNKNOWN_FUNCTION.fullmatch(str(error))
            if not unknown or len(functions) >= MOST_FUNCTIONS:
                raise Failure("InvalidQuery", f"Die Anfrage lässt sich nicht auswerten: {error}") from error
            functions[ox.NamedNode(unknown[1])] = _nothing
        except SyntaxError as error:
            raise Failure("InvalidQuery", _said(str(error))) from error
        except ValueError as error:
            raise Failure("InvalidQuery", f"Die Anfrage ist kein gültiges SPARQL: {error}") from error


def _nothing(*_: object) -> None:
    return None


def _said(message: str) -> str:
    where = SYNTAX_ERROR.fullmatch(message)
    if not where:
        return f"Die Anfrage ist kein gültiges SPARQL: {message}"
    line, column, expected = where.groups()
    words = [
        word for word in expected.removeprefix("one of ").split(", ") if word.isascii() and word.isalpha()
    ]
    hint = f" Dort könnte stehen: {', '.join(words[:MOST_WORDS])}." if words else ""
    return f"Die Anfrage ist kein gültiges SPARQL: Zeile {line}, Spalte {column}.{hint}"


def _merged(
    store: ox.Store, defaults: Sequence[ox.NamedNode | ox.DefaultGraph], names: Sequence[ox.NamedNode]
) -> ox.Store:
    """A store whose default graph is the RDF merge of several: every triple counts once, as a set has it.

    The engine itself chains the graphs, so that a triple in two of them would be two solutions.
    """
    merged = ox.Store()
    for graph in defaults:
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    for graph in names:
        merged.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return merged
