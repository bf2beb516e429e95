"""The second store: an existing SPARQL engine behind the SPARQL 1.1 Protocol, for whoever outgrows one machine.

It has the methods of the embedded store. Three things are different on the other side, and settled here:

- The accepted statements are a named graph there (`…/graph/accepted`). Every request names the dataset it means, so
  an engine whose default graph is the union of all graphs answers as any other.
- Only graphs under `https://w3id.org/zukunftsgraph/graph/` are ours: what else lies on that server (the engine's own
  graphs, another department's) is never read, never changed.
- A change is one request, which the engine carries out as one transaction. It is never cut in pieces: half of a
  change would be worse than none.

https://www.w3.org/TR/sparql11-protocol/
"""

import io
import re
import weakref
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pyoxigraph as ox
from rdflib import Graph

from graph.errors import StoreUnavailable, TooLarge, WrongSetting
from graph.servers import Servers
from graph.store import DEFAULT, Quad, Row, blank, graph_of, row
from ontology.namespaces import GRAPH
from queries.lexer import outline

ACCEPTED = str(GRAPH.accepted)
SOLUTIONS = "application/sparql-results+json"
TRIPLES = "application/n-triples"
TOO_LARGE = re.compile(r"limited to|too large|too long|exceed|exhausted", re.IGNORECASE)
"""How engines say that a request is too long where they do not say 413 (Oxigraph: 400, Virtuoso: 400 or 500)."""
CUT = {"x-sparql-maxrows": "Zeilengrenze", "x-sql-state": "Zeitgrenze"}
"""Headers by which Virtuoso says that an answer with status 200 is not all of it."""
SHOWN = 300
"""Characters of a server's own words in our messages."""


@dataclass(frozen=True)
class Server:
    """Where an engine is and how to log in there; `setting` is the variable that messages name.

    `update` and `graph` are the addresses for changes and for whole graphs (Graph Store Protocol). Without `update`
    changes go to `query`; without `graph` whole graphs are read by queries, which takes longer.
    `auth` is `NAME:PASSWORT`, `digest NAME:PASSWORT` or `bearer TOKEN`.
    """

    query: str
    update: str = ""
    graph: str = ""
    auth: str = field(default="", repr=False)
    setting: str = "ZUKUNFTSGRAPH_STORE"
    seconds: float = 60
    write_seconds: float = 900

    @property
    def writes_to(self) -> str:
        """The address for changes."""
        return self.update or self.query


def server_of(
    store: str, update: str = "", graph: str = "", auth: str = "", setting: str = "ZUKUNFTSGRAPH_STORE"
) -> Server | None:
    """The server that settings name, None for the embedded store. Raises `WrongSetting`."""
    kind, _, place = store.strip().partition(":")
    if kind in ("", "oxigraph") and not place:
        return None
    if kind == "oxigraph":
        raise WrongSetting(
            f"{setting}={store}: die eingebaute Datenbank liegt immer im Datenverzeichnis. Bitte statt dessen "
            f"ZUKUNFTSGRAPH_DATA_DIR={place} setzen."
        )
    if kind != "sparql":
        raise WrongSetting(
            f"{setting}={store}: gemeint ist „sparql:URL“ (ein Datenbankserver) oder nichts (die eingebaute Datenbank)."
        )
    for name, url in ((setting, place), (f"{setting}_UPDATE_URL", update), (f"{setting}_GRAPH_URL", graph)):
        if not url and name != setting:
            continue
        try:
            parsed = httpx2.URL(url)
        except httpx2.InvalidURL as error:
            raise WrongSetting(f"{name}: „{url}“ ist keine Adresse ({error}).") from error
        if parsed.userinfo:
            raise WrongSetting(
                f"{name}: Name und Passwort gehören nicht in die Adresse, sondern in {setting}_AUTH."
            )
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise WrongSetting(f"{name}: „{url}“ ist keine Adresse, die mit http:// oder https:// beginnt.")
    return Server(place, update, graph, auth, setting)


def servers_of(internal: Server | None, public: Server | None) -> Servers:
    """The stores of the servers that settings name. Raises `WrongSetting` where both would be one dataset."""
    if internal and public and {internal.query, internal.writes_to} & {public.query, public.writes_to}:
        raise WrongSetting(
            f"{internal.setting} und {public.setting} nennen dieselbe Adresse. Der öffentliche Stand braucht einen "
            "eigenen Datenbestand, sonst ersetzte er den internen."
        )
    return Servers(RemoteStore(internal) if internal else None, RemoteStore(public) if public else None)


class RemoteStore:
    """The store of a server, with the methods of `graph.store.Store`.

    It knows the server's graphs from the first question on: open a new one (`fresh`) to see graphs that others add.
    """

    keeps_views = False

    def __init__(self, server: Server, client: httpx2.Client | None = None) -> None:
        self.server = server
        self._client = client or _client(server)
        self._names: tuple[str, ...] | None = None

    @property
    def address(self) -> str:
        """Where it is."""
        return self.server.query

    def fresh(self) -> "RemoteStore":
        """The same server seen anew, over the same connections."""
        return RemoteStore(self.server, self._client)

    def __len__(self) -> int:
        [row] = self.select("SELECT (COUNT(*) AS ?n) WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }")
        return int(str(row["n"]))

    def __contains__(self, quad: object) -> bool:
        assert isinstance(quad, ox.Quad)
        triple = f"{quad.subject} {quad.predicate} {quad.object}"
        named = isinstance(quad.graph_name, ox.NamedNode)
        return self.ask(
            f"ASK {{ GRAPH {quad.graph_name} {{ {triple} }} }}" if named else f"ASK {{ {triple} }}"
        )

    def __iter__(self) -> Iterator[Quad]:
        """Every quad, all of one moment: one query, not a request for each graph."""
        text = "SELECT ?g ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } }"
        accepted = ox.NamedNode(ACCEPTED)
        for _, solution in self._solutions(text, (), (ACCEPTED, *self.graphs())):
            place = DEFAULT if solution["g"] == accepted else solution["g"]
            yield ox.Quad(solution["s"], solution["p"], solution["o"], place)

    def graphs(self) -> tuple[str, ...]:
        """The named graphs; the accepted statements are none of them."""
        if self._names is None:
            # Counted, not DISTINCT: Virtuoso needs 0.3 s for this and over 60 s for that.
            text = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
            names = {solution["g"].value for _, solution in self._solutions(text, None, None)}
            self._names = tuple(sorted(n for n in names if n.startswith(str(GRAPH)) and n != ACCEPTED))
        return self._names

    def select(self, text: str) -> list[Row]:
        """The rows of a SELECT query, typed as by the embedded store."""
        return [row(names, solution) for names, solution in self._solutions(text, *self._dataset(text))]

    def ask(self, text: str) -> bool:
        """The answer of an ASK query."""
        with self.answer(text, SOLUTIONS, *self._dataset(text)) as (kind, body):
            found = _parsed(self.server, kind, body)
            try:
                if not isinstance(found, ox.QueryBoolean):
                    raise TypeError("ask() takes an ASK query")
                return bool(found)
            finally:
                del found

    def construct(self, text: str) -> Graph:
        """The triples of a CONSTRUCT or DESCRIBE query as an rdflib graph."""
        with self.answer(text, f"{TRIPLES}, {SOLUTIONS};q=0.5", *self._dataset(text)) as (kind, body):
            if ox.QueryResultsFormat.from_media_type(kind):
                raise TypeError("construct() takes a CONSTRUCT or DESCRIBE query")
            return graph_of(_triples(self.server, kind, body))

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """The quads of a named graph, or with None of the accepted statements."""
        name = ox.NamedNode(graph) if graph else DEFAULT
        if self.server.graph:
            request = self._client.build_request(
                "GET", self.server.graph, params={"graph": graph or ACCEPTED}, headers={"Accept": TRIPLES}
            )
            with self._sent(request, missing_is_empty=True) as (kind, body):
                for triple in _triples(self.server, kind, body) if kind else ():
                    yield ox.Quad(triple.subject, triple.predicate, triple.object, name)
            return
        text = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
        for _, solution in self._solutions(text, (graph or ACCEPTED,), ()):
            yield ox.Quad(solution["s"], solution["p"], solution["o"], name)

    def matching(
        self,
        graph: str,
        subject: ox.NamedNode | ox.BlankNode | None = None,
        predicate: ox.NamedNode | None = None,
    ) -> Iterator[Quad]:
        """The quads of a named graph with this subject and predicate."""
        # A blank node has no name in a query: such quads are sorted out here.
        wanted = subject if isinstance(subject, ox.NamedNode) else None
        pattern, place = f"{wanted or '?s'} {predicate or '?p'} ?o", ox.NamedNode(graph)
        for _, solution in self._solutions(f"SELECT * WHERE {{ {pattern} }}", (graph,), ()):
            quad = ox.Quad(wanted or solution["s"], predicate or solution["p"], solution["o"], place)
            if subject in (None, quad.subject):
                yield quad

    def holding(self, graph: str, quads: set[Quad]) -> set[Quad]:
        """Those of the quads, all of one graph, that are there: one request, not one for each."""
        return quads.intersection(self.quads(graph or None)) if quads else set()

    def change(self, added: set[Quad], removed: set[Quad]) -> None:
        """Adds and removes in one request, so all of it or nothing. Blank nodes cannot be added.

        Raises `StoreUnavailable`: `.open` says whether the server may have carried it out all the same.
        """
        anew = {quad.graph_name for quad in removed if blank([quad])}
        for name in anew:
            here = set(self.quads(name.value if isinstance(name, ox.NamedNode) else None))
            added = added | (here - removed)
        if blank(added):
            raise ValueError(
                "Leere Knoten (blank nodes) haben in einer Änderung keinen Namen; bitte Adressen vergeben."
            )
        foreign = {q.graph_name.value for q in (*added, *removed) if not _ours(q)}  # type: ignore[union-attr]
        if foreign:
            raise ValueError(
                f"Auf einem Datenbankserver schreibt der Zukunftsgraph nur in Graphen unter {GRAPH}, nicht in "
                f"{', '.join(sorted(foreign))}. Bitte dort anmelden und unmittelbar schreiben."
            )
        requests = [f"CLEAR SILENT GRAPH {_place(name)}" for name in anew]
        for operation, quads in (("DELETE", removed), ("INSERT", added)):
            meant = quads if operation == "INSERT" else {q for q in quads if q.graph_name not in anew}
            if meant:
                requests.append(f"{operation} DATA {{\n{_data(meant)}}}")
        if not requests:
            return
        self._names = None
        request = self._client.build_request(
            "POST",
            self.server.writes_to,
            content=" ;\n".join(requests).encode(),
            headers={"Content-Type": "application/sparql-update", "Connection": "close"},
            timeout=httpx2.Timeout(self.server.write_seconds, connect=10),
        )
        with self._sent(request, writing=True):
            pass

    def become(self, quads: set[Quad]) -> None:
        """Makes these quads the whole content, in one request."""
        here = set(self.fresh())
        self.change(quads - here, here - quads)

    def planned(self, request: str, base: str = "") -> tuple[str, Callable[[], None]]:
        """What the journal notes of an update request, and how to carry it out.

        The request means our dataset, which the server knows under other names. So it is carried out on a copy on this
        machine, and what it changes there is sent.
        """
        before = set(self.fresh())
        copy = ox.Store()
        copy.extend(before)
        copy.update(request, base_iri=base or None)
        after = set(copy)
        added, removed = after - before, before - after
        patch = [*(f"A {quad}\n" for quad in added), *(f"D {quad}\n" for quad in removed)]
        return "".join(patch), lambda: self.change(added, removed)

    def backup(self, directory: Path) -> None:
        """A copy of everything as an embedded store on this machine."""
        copy = ox.Store(str(directory))
        copy.bulk_extend(self)
        copy.flush()

    @contextmanager
    def answer(
        self,
        text: str,
        accept: str,
        default_graphs: Sequence[str] | None,
        named_graphs: Sequence[str] | None,
    ) -> Iterator[tuple[str, io.BufferedReader]]:
        """Media type and bytes of an answer as the server sends them; None leaves the dataset to the text.

        Raises `SyntaxError` where the server does not take the query, `TypeError` where it has no such form of it.
        """
        form: dict[str, str | Sequence[str]] = {"query": text}
        if default_graphs is not None and named_graphs is not None:
            # Neither list may be empty: without any the engine would choose the dataset itself.
            form["default-graph-uri"] = default_graphs or [NOTHING]
            form["named-graph-uri"] = named_graphs or [NOTHING]
        request = self._client.build_request("POST", self.server.query, data=form, headers={"Accept": accept})
        with self._sent(request) as answer:
            yield answer

    def _solutions(
        self, text: str, default_graphs: Sequence[str] | None, named_graphs: Sequence[str] | None
    ) -> Iterator[tuple[Sequence[str], ox.QuerySolution]]:
        """The variables with each solution as it comes."""
        accept = f"{SOLUTIONS}, {TRIPLES};q=0.5"
        with self.answer(text, accept, default_graphs, named_graphs) as (kind, body):
            if ox.RdfFormat.from_media_type(kind) in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE):
                raise TypeError("select() takes a SELECT query")
            found = _parsed(self.server, kind, body)
            try:
                if not isinstance(found, ox.QuerySolutions):
                    raise TypeError("select() takes a SELECT query")
                names = [variable.value for variable in found.variables]
                for solution in found:
                    yield names, solution
            except SyntaxError as error:
                raise _broken(self.server, error) from error
            finally:
                del found  # it must not leave this thread, as it might with a traceback

    def _dataset(self, text: str) -> tuple[Sequence[str], Sequence[str]]:
        """The dataset that the request names, which displaces one in the text: so that is put in its place."""
        named = outline(text)
        if named.default or named.named:
            ours = set(self.graphs())
            return [g for g in named.default if g in ours], [g for g in named.named if g in ours]
        return (ACCEPTED,), self.graphs()

    @contextmanager
    def _sent(
        self, request: httpx2.Request, writing: bool = False, missing_is_empty: bool = False
    ) -> Iterator[tuple[str, io.BufferedReader]]:
        """The media type and the body of a good answer; everything else becomes an error that says what to do."""
        try:
            response = self._client.send(request, stream=True)
        except httpx2.HTTPError as error:
            raise _unreachable(self.server, request, error, writing) from error
        try:
            if missing_is_empty and response.status_code == 404:
                yield "", io.BufferedReader(_Body(response))
                return
            self._check(response, writing)
            yield response.headers.get("content-type", ""), io.BufferedReader(_Body(response), 1 << 16)
        except httpx2.HTTPError as error:
            raise _unreachable(self.server, request, error, writing) from error
        finally:
            response.close()

    def _check(self, response: httpx2.Response, writing: bool) -> None:
        status = response.status_code
        if status < 300:
            self._check_whole(response)
            return
        response.read()
        said = " ".join(response.text[: 4 * SHOWN].split())[:SHOWN]
        where, setting = _shown(response.request), self.server.setting
        if status in (401, 403):
            found = "verlangt eine Anmeldung" if status == 401 else "erlaubt das nicht"
            raise StoreUnavailable(
                f"Der Datenbankserver {where} {found} (HTTP {status}). Bitte {setting}_AUTH prüfen: NAME:PASSWORT, "
                f"„digest NAME:PASSWORT“ oder „bearer TOKEN“; schreiben darf dort oft nur ein eigenes Konto."
            )
        if status == 413 or (writing and TOO_LARGE.search(said)):
            size = int(response.request.headers.get("content-length", 0)) / 2**20
            raise TooLarge(
                f"Die Änderung ist mit {size:.1f} MiB größer, als der Datenbankserver {where} annimmt ({said}). "
                "Gespeichert wurde nichts. Bitte die Grenze dort anheben oder in mehreren Schritten laden."
            )
        if status == 400 and not writing and response.request.method == "POST":
            raise SyntaxError(said)
        if status == 406:
            raise TypeError(said)
        if status in (301, 302, 303, 307, 308, 404, 405, 415):
            raise StoreUnavailable(
                f"Unter {where} antwortet kein SPARQL-Dienst (HTTP {status}: {said}). Bitte die Adressen in {setting} "
                f"und {setting}_UPDATE_URL prüfen."
            )
        verb = "die Änderung nicht ausgeführt" if writing else "die Abfrage nicht beantwortet"
        raise StoreUnavailable(f"Der Datenbankserver {where} hat {verb} (HTTP {status}: {said}).")

    def _check_whole(self, response: httpx2.Response) -> None:
        for header, limit in CUT.items():
            if header in response.headers:
                raise StoreUnavailable(
                    f"Der Datenbankserver {_shown(response.request)} hat die Antwort gekürzt ({limit}: "
                    f"{header} {response.headers[header]}). Bitte die Grenze dort anheben."
                )


NOTHING = str(GRAPH.nothing)
"""A graph that is nowhere."""


class _Body(io.RawIOBase):
    """The body of an answer as a file, read as it comes."""

    def __init__(self, response: httpx2.Response) -> None:
        self._chunks, self._rest = response.iter_bytes(1 << 16), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if not self._rest:
            self._rest = next(self._chunks, b"")
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _client(server: Server) -> httpx2.Client:
    kind, _, secret = server.auth.partition(" ")
    headers: dict[str, str] = {}
    auth: httpx2.Auth | None = None
    if kind.lower() == "bearer":
        headers["Authorization"] = f"Bearer {secret.strip()}"
    elif server.auth:
        digest = kind.lower() == "digest"
        named = secret if digest or kind.lower() == "basic" else server.auth
        name, _, password = named.partition(":")
        auth = httpx2.DigestAuth(name, password) if digest else httpx2.BasicAuth(name, password)
    # No proxy from the environment: the server stands in the same house. Its certificates count (SSL_CERT_FILE).
    transport = httpx2.HTTPTransport(retries=1)
    timeout = httpx2.Timeout(server.seconds, connect=10)
    client = httpx2.Client(auth=auth, headers=headers, timeout=timeout, transport=transport, trust_env=False)
    weakref.finalize(client, transport.close)
    return client


def _parsed(server: Server, kind: str, body: io.BufferedReader) -> ox.QuerySolutions | ox.QueryBoolean:
    form = ox.QueryResultsFormat.from_media_type(kind)
    if form is None:
        raise _no_sparql(server, kind)
    try:
        return ox.parse_query_results(body, format=form)
    except SyntaxError as error:
        raise _broken(server, error) from error


def _triples(server: Server, kind: str, body: io.BufferedReader) -> Iterator[ox.Triple]:
    form = ox.RdfFormat.from_media_type(kind)
    if form is None:
        raise _no_sparql(server, kind)
    try:
        for quad in ox.parse(body, format=form):
            yield ox.Triple(quad.subject, quad.predicate, quad.object)
    except SyntaxError as error:
        raise _broken(server, error) from error


def _no_sparql(server: Server, kind: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"Unter {server.query} antwortet kein SPARQL-Dienst, sondern eine Seite vom Typ {kind or 'unbekannt'}. "
        f"Bitte die Adresse in {server.setting} prüfen."
    )


def _broken(server: Server, error: SyntaxError) -> StoreUnavailable:
    return StoreUnavailable(
        f"Die Antwort des Datenbankservers {server.query} ist unvollständig oder unlesbar ({error}). "
        "Bitte dort in die Protokolle sehen und es dann wieder versuchen."
    )


def _unreachable(
    server: Server, request: httpx2.Request, error: httpx2.HTTPError, writing: bool
) -> StoreUnavailable:
    where = _shown(request)
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol):
        return StoreUnavailable(
            f"Der Datenbankserver {where} ist nicht erreichbar ({error}). Läuft er, und stimmt die Adresse in "
            f"{server.setting}?" + (" Gespeichert wurde nichts." if writing else "")
        )
    limit = server.write_seconds if writing else server.seconds
    what = (
        f"hat {limit:.0f} Sekunden lang nicht geantwortet"
        if isinstance(error, httpx2.TimeoutException)
        else f"hat die Verbindung abgebrochen ({error})"
    )
    if not writing:
        return StoreUnavailable(f"Der Datenbankserver {where} {what}.")
    return StoreUnavailable(
        f"Der Datenbankserver {where} {what}, während er eine Änderung ausführte. Sie gilt dort ganz oder gar nicht; "
        "der nächste schreibende Befehl stellt fest, was gilt. Danach bitte prüfen und nötigenfalls wiederholen.",
        open=True,
    )


def _shown(request: httpx2.Request) -> str:
    return str(request.url.copy_with(query=None, fragment=None))


def _ours(quad: Quad) -> bool:
    name = quad.graph_name
    return not isinstance(name, ox.NamedNode) or (
        name.value.startswith(str(GRAPH)) and name.value != ACCEPTED
    )


def _data(quads: Collection[Quad]) -> str:
    """Quads in the syntax of `INSERT DATA`, each graph and each subject named once: less than half as long."""
    graphs: dict[object, dict[object, dict[object, list[object]]]] = {}
    for quad in quads:
        subjects = graphs.setdefault(quad.graph_name, {})
        subjects.setdefault(quad.subject, {}).setdefault(quad.predicate, []).append(quad.object)
    return "".join(_block(graph, subjects) for graph, subjects in graphs.items())


def _block(graph: object, subjects: dict[object, dict[object, list[object]]]) -> str:
    lines = (f"{subject} {_about(predicates)} .\n" for subject, predicates in subjects.items())
    return f"GRAPH {_place(graph)} {{\n{''.join(lines)}}}\n"


def _place(graph: object) -> ox.NamedNode:
    return graph if isinstance(graph, ox.NamedNode) else ox.NamedNode(ACCEPTED)


def _about(predicates: dict[object, list[object]]) -> str:
    return " ; ".join(f"{predicate} {_listed(objects)}" for predicate, objects in predicates.items())


def _listed(objects: Iterable[object]) -> str:
    return " , ".join(map(str, objects))
