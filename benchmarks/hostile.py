"""A hostile hour: the service under attack while visitors read, an administrator writes and data are published.

    python -m benchmarks.hostile [--minutes 60] [--calm 60] [--seed 1] [--data-dir BUILT] [--json]

Starts the real service on a copy of a data directory and measures six kinds of visits: calm, under attack, and
afterwards. Attackers (on the CPU that others leave), visitors and the service are processes of their own; all of them
come from 127.0.0.1, so the service cannot tell them apart by address. Exits with 1 when a criterion fails:

- visitors: no wrong answer, and no kind's median more than twice that of the calm time;
- memory of all processes of the service together (PSS, each second) below 1,500 MB;
- every acknowledged change is there at the end, and every unacknowledged one whole or not at all;
- nobody has been called: a listener that queries name has had no visit;
- afterwards the service is well: answers, as many processes as before, no zombie, open file or pinned view left,
  and it ends when it is asked to.

`--only KIND,…` and `--without KIND,…` choose among the attacks, to find the cause of a weakness; `--list` names them.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import random
import re
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import count, takewhile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

TOKEN = "ein-token-fuer-die-feindliche-stunde"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
JSON = "application/sparql-results+json"
ZG, ID = "https://w3id.org/zukunftsgraph/def#", "https://w3id.org/zukunftsgraph/id/"
MARK = "urn:feindliche-stunde:"
PUBLISHED = "landkreis-ludwigslust-parchim-13076.yaml"
"""The small dataset that is published anew, with another wording, while the attack goes on."""
RENAMED = re.compile(r"^(    label: )(.*)$", re.MULTILINE)

SLOWER = 2.0
MEMORY_MB = 1500
WRITE_EVERY = 2.0
VISIT_EVERY = 3.0
PATIENCE = 60.0
"""Seconds a visitor waits for an answer, and the service may take to recover."""
FEW_FILES = 10
"""Open files more than in calm times that are no leak: caches, connections of the measurement itself."""


# The visitors: a process of its own, one thread and always a new connection for each kind of visit.


@dataclass(frozen=True)
class Visit:
    """One kind of visit: what is asked for, and whether the answer is right."""

    path: Callable[[random.Random], str]
    right: Callable[[bytes], bool]


def visits(port: int) -> dict[str, Visit]:
    """The kinds of visits by name; the service says beforehand what there is to ask for."""
    measures = rows(port, f"SELECT ?s {{ ?s a <{ZG}Measure> }} ORDER BY ?s")
    subjects = [row["s"]["value"] for row in measures]
    thing = "/doc/district/landkreis-ludwigsburg-08118"
    some = f"""PREFIX zg: <{ZG}> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?measure ?label ?theme {{ ?measure a zg:Measure ; skos:prefLabel ?label
            OPTIONAL {{ ?measure zg:hasTheme ?theme }} }} ORDER BY ?label ?theme LIMIT 50"""
    return {
        "start page": Visit(lambda _: "/", _is_page),
        "findings": Visit(lambda _: "/ueberschneidungen", _is_page),
        "page of a thing": Visit(lambda _: thing, _is_page),
        "ASK": Visit(lambda _: asking(f"ASK {{ <{subjects[0]}> a <{ZG}Measure> }}"), lambda b: b"true" in b),
        "one subject, always another": Visit(
            lambda draw: asking(f"SELECT ?p ?o {{ <{draw.choice(subjects)}> ?p ?o }} # {draw.random()}"),
            lambda body: len(json.loads(body)["results"]["bindings"]) > 2,
        ),
        "50 rows": Visit(
            lambda _: asking(some), lambda body: len(json.loads(body)["results"]["bindings"]) == 50
        ),
    }


def _is_page(body: bytes) -> bool:
    return body.rstrip().endswith(b"</html>")


def visit(port: int, file: Path, seed: int) -> None:
    """Visits until the process is ended; each visit is a line in the file."""
    kinds = visits(port)
    with file.open("a", buffering=1, encoding="utf-8") as out:
        threads = [
            threading.Thread(target=_keep_visiting, args=(port, name, kind, out, n, seed), daemon=True)
            for n, (name, kind) in enumerate(kinds.items())
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _keep_visiting(port: int, name: str, kind: Visit, out: Any, n: int, seed: int) -> None:
    draw = random.Random(f"{seed} {name}")
    due = time.time() + n * VISIT_EVERY / 6
    while True:
        time.sleep(max(0.0, due - time.time()))
        begin, wrong = time.time(), ""
        path = kind.path(draw)
        try:
            status, body = fetch(port, "GET", path, headers={"Accept": "text/html, " + JSON})
            if status != 200 or not kind.right(body):
                wrong = f"{status} {body[:300].decode('utf-8', 'replace')}"
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
            wrong = repr(error)
        seconds = time.time() - begin
        out.write(json.dumps({"kind": name, "at": begin, "seconds": seconds, "wrong": wrong}) + "\n")
        due = max(due + VISIT_EVERY, time.time())


# The attackers: a process of its own with the lowest priority, asynchronous, on bare sockets.

DOT = "?a ?b ?c . ?d ?e ?f"
GROWING = " ".join(
    ['BIND("aaaaaaaaaa" AS ?w0)']
    + [f"BIND(CONCAT({', '.join([f'?w{n}'] * 10)}) AS ?w{n + 1})" for n in range(9)]
)
PYRAMID = " ".join(f"{{ ?x{n} ?y{n} ?z{n} }} UNION {{ ?z{n} ?y{n} ?x{n} }} ." for n in range(12))
BOMBS = {
    "count": f"SELECT (COUNT(*) AS ?n) {{ {DOT} . ?g ?h ?i }}",
    "order": f"SELECT * {{ {DOT} }} ORDER BY ?f ?a",
    "distinct": f"SELECT DISTINCT ?a ?f {{ {DOT} }}",
    "distinct count": f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {DOT} }}",
    "group_concat": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?f))) AS ?x) {{ {DOT} }}",
    "group by": f"SELECT ?a ?f (COUNT(*) AS ?n) {{ {DOT} }} GROUP BY ?a ?f",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (<p:x>|!<p:x>)* ?b }",
    "path of paths": "SELECT (COUNT(*) AS ?n) { ?a ((<p:x>|!<p:x>)*/(^<p:x>|!<p:y>)*)+ ?b }",
    "path both ways": "ASK { ?a (!<p:x>/^!<p:y>)* ?b FILTER(STR(?a) = 'nowhere') }",
    "regex": 'SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(STR(?c), "(a+)+$")) }',
    "regex size": 'ASK { ?a ?b ?c FILTER(REGEX(STR(?c), "((a{0,99}){0,99}){0,99}$")) }',
    "regex each": f'ASK {{ {DOT} FILTER(REGEX("aaaaaaaaaaaaaaaaaaaaaaaa", CONCAT("(x+x+)+", STR(?f)))) }}',
    "replace": f'SELECT (STRLEN(REPLACE(?w6, "a", "aaaaaaaaaaaaaaaaaaaa")) AS ?n) {{ {GROWING} }}',
    "concat": f"SELECT (STRLEN(?w9) AS ?n) {{ {GROWING} }}",
    "concat rows": f"SELECT ?a ?w4 {{ ?a ?b ?c {GROWING} }}",
    "hash": f"SELECT (SHA512(?w6) AS ?x) {{ ?a ?b ?c {GROWING} }}",
    "union": f"SELECT (COUNT(*) AS ?n) {{ {PYRAMID} }}",
    "not exists": "SELECT ?a { ?a ?b ?c FILTER NOT EXISTS { ?d ?e ?f FILTER(?c > ?f && ?a = ?f) } }",
    "minus": "SELECT (COUNT(*) AS ?n) { { ?a ?b ?c } MINUS { ?d ?e ?c . ?g ?h ?i } }",
    "optional": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c OPTIONAL { ?d ?e ?f OPTIONAL { ?g ?h ?i } } }",
    "rand": f"SELECT * {{ {DOT} FILTER(RAND() < 0) }}",
    "graphs": "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } }",
    "describe": f"DESCRIBE ?a {{ {DOT} }}",
    "construct": f"CONSTRUCT {{ ?a ?b ?f }} {{ {DOT} }}",
    "subselects": f"SELECT * {{ {{ SELECT ?a {{ {DOT} }} ORDER BY ?f }} {{ SELECT ?g {{ ?g ?h ?i }} ORDER BY ?i }} }}",
}
HUNDRED_MB = f"SELECT * {{ {DOT} }} LIMIT 300000"
ALMOST_HELD_BACK = "SELECT ?c { ?a ?b ?c } LIMIT 6000"
"""Its answer comes whole, just below what is held back."""
NESTED = {
    "parentheses": ("ASK { FILTER(", "(", "1", ")", ") }"),
    "groups": ("ASK ", "{ ", "", "} ", ""),
    "not": ("ASK { FILTER(", "!", "true", "", ") }"),
    "minus": ("ASK { FILTER(0 = ", "-(", "1", ")", ") }"),
    "functions": ("ASK { FILTER(", "STR(", "1", ")", ") }"),
    "path": ("ASK { ?a ", "(", "<p:x>", ")*", " ?b }"),
    "path inverse": ("ASK { ?a ", "^(", "<p:x>", ")", " ?b }"),
    "optional": ("ASK { ", "OPTIONAL { ?a ?b ?c ", "", "}", " }"),
    "subselect": ("ASK { ", "{ SELECT * { ", "?a ?b ?c", " } }", " }"),
    "exists": ("ASK { ", "FILTER EXISTS { ", "?a ?b ?c", " }", " }"),
    "blank nodes": ("ASK { ?a ?b ", "[ ?b ", "1", " ]", " }"),
    "lists": ("ASK { ?a ?b ", "( ", "1", " )", " }"),
    "sum": ("ASK { FILTER(1", "+1", "", "", ") }"),
    "or": ("ASK { FILTER(?a", " || ?a", "", "", ") }"),
    "sequence": ("ASK { ?a <p:x>", "/<p:x>", "", "", " ?b }"),
    "union": ("ASK { {}", " UNION {}", "", "", " }"),
    "if": ("ASK { FILTER(", "IF(true, 1, ", "1", ")", ") }"),
    "quoted": ("ASK { ?a ?b ", "<<( ?a ?b ", "1", " )>>", " }"),
}
DEPTHS = (100, 1_000, 10_000, 60_000)
WRONG = (
    b"GET /sparql?query=%ff%fe HTTP/1.1",
    b"GET /sparql?query= HTTP/1.1",
    b"GET /sparql?query=ASK%7B%7D&query=ASK%7B%7D HTTP/1.1",
    b"GET /doc/%00%ff%2e%2e%2f HTTP/1.1",
    b"GET /doc?iri=%00 HTTP/1.1",
    b"GET /store?graph=%zz HTTP/1.1",
    b"GET /ueberschneidungen?seite=99999999999999999999 HTTP/1.1",
    b"GET /suche?q=%5C%22%7D%29%29 HTTP/1.1",
    b"GET /netz?focus=urn:x HTTP/1.1",
    b"GET /api/v1/queries/measures-of-a-district?district=%22%3E%7D HTTP/1.1",
    b"DELETE /store?default HTTP/1.1",
    b"BREW /sparql HTTP/1.1",
    b"GET / HTTP/9.9",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
)


class Attackers:
    """Everybody who means harm, until the time is over. `met` counts what they met by kind."""

    def __init__(self, port: int, listener: int, seconds: float, seed: int) -> None:
        self.port, self.listener = port, listener
        self.until = time.monotonic() + seconds
        self.draw = random.Random(seed)
        self.met: Counter[tuple[str, str]] = Counter()
        self.bugs: dict[str, str] = {}
        """The first answer 500 of each kind."""

    async def run(self, only: set[str]) -> None:
        """All of them at once."""
        await asyncio.gather(
            *(
                self._keep_on(name, attack, pause)
                for name, (crowd, pause, attack) in self.kinds().items()
                if name in only
                for _ in range(crowd)
            )
        )

    def kinds(self) -> dict[str, tuple[int, float, Callable[[], Awaitable[str]]]]:
        """How many do it at once, how long they rest between two times (s), and what they do."""
        return {
            "bombs ever new": (16, 0, lambda: self._ask(self._varied())),
            "bombs repeated": (4, 0.2, lambda: self._ask(self.draw.choice(list(BOMBS.values())))),
            "nesting": (3, 0.1, self._nested),
            "huge values": (2, 0.1, self._values),
            "too long": (2, 0.5, self._too_long),
            "masked form": (1, 0.2, self._masked),
            "crumbs": (1, 0.5, self._crumbs),
            "reaching out": (2, 0.2, self._reaching_out),
            "unknown functions": (1, 0.2, self._functions),
            "wrong requests": (2, 0.1, self._wrong),
            "random bytes": (2, 0.1, self._random),
            "early disconnects": (4, 0.1, self._leaving),
            "floods": (4, 0.1, self._flood),
            "logins": (2, 0.5, self._login),
            "unknown findings": (2, 0.5, self._finding),
            "costly pages": (2, 0.5, self._page),
            "large JSON": (2, 0.5, self._json),
            "exports": (6, 0.1, self._export),
            "priorities": (2, 0.1, self._priorities),
            "slow readers": (10, 0, self._sipping),
            "never reading": (20, 0, self._ignoring),
            "never reading what is whole": (40, 0, self._hoarding),
            "idle connections": (200, 0, self._idle),
        }

    async def _keep_on(self, name: str, attack: Callable[[], Awaitable[str]], pause: float) -> None:
        await asyncio.sleep(self.draw.random() * 3)
        while (left := self.until - time.monotonic()) > 0:
            try:
                async with asyncio.timeout(left):
                    outcome = await attack()
            except TimeoutError:
                outcome = "under way at the end" if self.until <= time.monotonic() else "no answer"
            except OSError as error:
                outcome = type(error).__name__
            if outcome.startswith("500"):
                self.bugs.setdefault(name, outcome)
                outcome = "500"
            self.met[name, outcome] += 1
            await asyncio.sleep(pause)

    # what they do

    def _varied(self, text: str = "") -> str:
        text = text or self.draw.choice(list(BOMBS.values()))
        mark = f"v{self.draw.randrange(10**9)}"
        return re.sub(r"\?(\w+)", rf"?\1{mark}", text) + f" # {self.draw.random()}"

    async def _ask(self, text: str) -> str:
        return await self._exchange(post(text, accept=self.draw.choice((JSON, "text/csv", "*/*"))))

    async def _nested(self) -> str:
        ahead, opening, core, closing, behind = self.draw.choice(list(NESTED.values()))
        depth = min(self.draw.choice(DEPTHS), 990_000 // len(opening + closing))
        text = f"{ahead}{opening * depth}{core}{closing * depth}{behind} # {self.draw.random()}"
        return await self._exchange(post(text))

    async def _values(self) -> str:
        first = self.draw.randrange(10**6)
        size = self.draw.choice((470_000, 930_000, 1_050_000))
        one = " ".join(str(first + n) for n in range(size // 2 // 7))
        text = f"SELECT (SUM(?x * ?y) AS ?n) {{ VALUES ?x {{ {one} }} VALUES ?y {{ {one} }} }}"
        return await self._exchange(post(text))

    async def _too_long(self) -> str:
        return await self._exchange(post("ASK {} #" + "x" * 10_000_000))

    async def _masked(self) -> str:
        """A form of three megabytes in which every byte is masked, in many fields or in one."""
        masked = f"%{self.draw.randrange(65, 90):02x}"
        field = (
            masked * 900_000
            if self.draw.random() < 0.5
            else "&".join(f"{n}={masked * 900}" for n in range(990))
        )
        return await self._exchange(
            post("", body=f"query={field}".encode(), kind="application/x-www-form-urlencoded")
        )

    async def _crumbs(self) -> str:
        """A query in chunks of one byte each."""
        body = b"".join(b"1\r\n%c\r\n" % byte for byte in b"ASK {} #" + b"x" * 150_000) + b"0\r\n\r\n"
        head = f"POST /sparql HTTP/1.1\r\nHost: {self.port}\r\nContent-Type: application/sparql-query\r\n"
        return await self._exchange(
            f"{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode() + body
        )

    async def _reaching_out(self) -> str:
        there = f"http://127.0.0.1:{self.listener}/{self.draw.randrange(10**9)}"
        text = self.draw.choice(
            (
                f"SELECT * {{ SERVICE <{there}> {{ ?a ?b ?c }} }}",
                f"SELECT * {{ SERVICE SILENT <{there}> {{ ?a ?b ?c }} }}",
                f"SELECT * {{ VALUES ?s {{ <{there}> }} SERVICE ?s {{ ?a ?b ?c }} }}",
                f"SELECT * {{ S\\u0045RVICE <{there}> {{ ?a ?b ?c }} }}",
                f"SELECT * {{ FILTER EXISTS {{ serviCE#\n<{there}> {{ ?a ?b ?c }} }} }}",
                f"SELECT * FROM <{there}> {{ ?a ?b ?c }}",
                f"SELECT * FROM NAMED <{there}> {{ GRAPH ?g {{ ?a ?b ?c }} }}",
                "SELECT * FROM <file:///etc/passwd> { ?a ?b ?c }",
                f"SELECT * {{ BIND(<{there}>(1) AS ?x) }}",
                f"DESCRIBE <{there}>",
            )
        )
        load = f"LOAD <{there}>"
        request = self.draw.choice(
            (
                *[post(text)] * 5,
                post(load, kind="application/sparql-update"),
                post(load),
                get(f"/sparql?query=ASK%7B%7D&default-graph-uri={quote(there)}"),
                get(f"/store?graph={quote(there)}"),
                get(f"/doc?iri={quote(there)}"),
            )
        )
        return await self._exchange(request)

    async def _functions(self) -> str:
        """Functions nobody knows: the worker finds them one by one, and starts anew after each."""
        names = self.draw.choice((1, 99, 3000))
        calls = " ".join(f"BIND(<f:{self.draw.random()}>(?a) AS ?x{n})" for n in range(names))
        return await self._exchange(post(f"SELECT * {{ ?a ?b ?c {calls} }} LIMIT 10"))

    async def _wrong(self) -> str:
        kind = self.draw.choice(
            ("text/plain", "application/json", "multipart/form-data", "", "a/b; charset=latin-9")
        )
        line = self.draw.choice(WRONG)
        wrong = line + b"\r\nHost: x\r\nConnection: close\r\n\r\n"
        bad = {"Authorization": f"Bearer {self.draw.random()}"}
        return await self._exchange(
            self.draw.choice(
                (
                    wrong,
                    wrong,
                    post("ASK {}", kind=kind),
                    post("ASK {}", accept="image/png"),
                    get("/", headers=bad),
                )
            )
        )

    async def _random(self) -> str:
        noise = self.draw.randbytes(self.draw.choice((50, 5_000, 300_000)))
        if self.draw.random() < 0.5:
            noise = (
                noise.hex()
                .encode()
                .translate(bytes.maketrans(b"0123456789abcdef", b"{}()<>\"'\\#?$@:;.\n"[:16]))
            )
        return await self._exchange(post("", body=noise))

    async def _leaving(self) -> str:
        """Asks and goes, some politely, some not."""
        polite = self.draw.random() < 0.5
        async with self._connected(polite) as peer:
            await self._loop.sock_sendall(peer, post(self._varied()))
            await asyncio.sleep(self.draw.choice((0, 0.01, 0.2, 1)))
        return "left"

    async def _flood(self) -> str:
        method = self.draw.choice(("HEAD", "OPTIONS"))
        path = self.draw.choice(
            ("/", "/sparql", "/sparql?query=ASK%7B%7D", "/store?default", "/static/x", "/health")
        )
        return await self._exchange(get(path, method=method))

    async def _login(self) -> str:
        form = f"name={self.draw.choice(('admin', 'root', self.draw.random()))}&password={self.draw.random()}"
        body = form.encode()
        return await self._exchange(
            post("", "/anmelden", body=body, kind="application/x-www-form-urlencoded", accept="text/html")
        )

    async def _finding(self) -> str:
        return await self._exchange(get(f"/ueberschneidungen/{self.draw.randrange(16**16):016x}"))

    async def _page(self) -> str:
        """Pages that have to be computed: other districts and circles, searches, networks."""
        district = f"{self.draw.choice((8, 9, 5, 6)):02d}{self.draw.randrange(100, 500)}"
        circle = self.draw.choice(("all", "adjacent", "second", "region", "levels"))
        word = "".join(self.draw.choices("aeinrstd", k=self.draw.choice((1, 3, 200))))
        paths = (
            f"/ueberschneidungen?district={district}&circle={circle}",
            f"/suche?q={word}",
            "/netz",
            "/export",
        )
        return await self._exchange(get(self.draw.choice(paths)))

    async def _json(self) -> str:
        """Megabytes of JSON, or JSON that is hard to read, for addresses that only some may write to, or everybody."""
        path = self.draw.choice(
            ("judgements", "identities", "priorities", "judgements/x/withdrawal", "crosswalk/x/wohnen")
        )
        many = ", ".join(f'"measure/{n}": {{"professional": {n % 5}}}' for n in range(20_000))
        body = self.draw.choice(
            (
                b'{"reason": "' + b"x" * 20_000_000 + b'"}',
                b"[" * 900_000,
                b'{"scores": {' + many.encode() + b"}}",
                b'{"x": ' + b"9" * 900_000 + b"}",
            )
        )
        request = post("", f"/api/v1/{path}", body=body, kind="application/json", accept="application/json")
        return await self._exchange(request.replace(b"POST", b"PUT", 1) if "crosswalk" in path else request)

    async def _export(self) -> str:
        """What is computed from the whole network or inventory, always for others."""
        a, b = (f"{self.draw.choice((8, 9, 5, 6)):02d}{self.draw.randrange(100, 500)}" for _ in range(2))
        form = self.draw.choice(("json", "csv", "xlsx"))
        network = self.draw.choice(("gexf", "graphml", "node-link", "edges", "nodes"))
        circle = self.draw.choice(("all", "adjacent", "second", "region", "levels", "similar"))
        path = self.draw.choice(
            (
                f"network?format={network}",
                f"groups?format={self.draw.choice((form, network))}",
                f"bridges?district=08118&format={network}",
                f"common/pairs?format={form}",
                f"fragmentation?all=true&district={a}&circle={circle}&format={form}",
                f"similar?district={a}&format={form}",
                f"board?district={a}&circle={circle}&format={form}&list=true",
                f"gaps?district={a}&circle={circle}",
                f"counties?a={a}&b={b}",
                f"way?from=process/{a}&to=process/{b}&of=involved",
                "identities/proposals",
            )
        )
        return await self._exchange(get(f"/api/v1/{path}"))

    async def _priorities(self) -> str:
        """The longest run that anybody may ask for, always with other weights."""
        asked = {"district": "08118", "runs": 2000, "weights": {"synergy": self.draw.random()}}
        body = json.dumps(asked).encode()
        return await self._exchange(
            post("", "/api/v1/priorities", body=body, kind="application/json", accept="application/json")
        )

    async def _sipping(self) -> str:
        """Reads a thousand bytes a second."""
        return await self._exchange(
            post(self._varied(HUNDRED_MB)), rate=1000, most=self.draw.choice((15, 90))
        )

    async def _ignoring(self) -> str:
        """Asks for a hundred megabytes and reads nothing at all."""
        return await self._asked_and_not_read(post(self._varied(HUNDRED_MB)), self.draw.choice((5, 60)))

    async def _hoarding(self) -> str:
        """Asks for what the service has at hand as a whole, and reads nothing at all."""
        whole = (post(self._varied(ALMOST_HELD_BACK)), get("/ueberschneidungen"), get("/api/v1/openapi.json"))
        return await self._asked_and_not_read(self.draw.choice(whole), self.draw.choice((20, 120)))

    async def _asked_and_not_read(self, request: bytes, seconds: float) -> str:
        async with self._connected() as peer:
            await self._loop.sock_sendall(peer, request)
            await asyncio.sleep(seconds)
        return "not read"

    async def _idle(self) -> str:
        """Says nothing, or a header or body so slowly that it never ends."""
        begun = self.draw.choice(
            (
                b"",
                b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
                b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
                b"Content-Length: 900000\r\n\r\n",
                b"POST /anmelden HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                b"Content-Length: 9000\r\n\r\n",
                b"POST /api/v1/priorities HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 900000\r\n\r\n",
            )
        )
        async with self._connected() as peer:
            await self._loop.sock_sendall(peer, begun)
            for _ in range(self.draw.choice((3, 30))):
                await asyncio.sleep(3)
                if begun:
                    await self._loop.sock_sendall(peer, b"x")
        return "idle"

    # how they do it

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    @contextlib.asynccontextmanager
    async def _connected(self, polite: bool = True) -> Any:
        with socket.socket() as peer:
            peer.setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, 8192
            )  # what we do not read, nobody keeps for us
            if not polite:
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.setblocking(False)
            await self._loop.sock_connect(peer, ("127.0.0.1", self.port))
            yield peer

    async def _exchange(self, request: bytes, rate: int = 0, most: float = 150) -> str:
        """What the service answers: its status, and whether the answer broke off."""
        begin = time.monotonic()
        async with self._connected() as peer:
            with contextlib.suppress(
                BrokenPipeError, ConnectionResetError
            ):  # it may answer before we have said all
                await self._loop.sock_sendall(peer, request)
            start, end = b"", b""
            while time.monotonic() - begin < most:
                async with asyncio.timeout(most):
                    data = await self._loop.sock_recv(peer, rate or 65_536)
                if not data:
                    break
                start, end = (start + data)[:2000], (end + data)[-5:]
                await asyncio.sleep(1 if rate else 0)
            else:
                return "still reading"
        if not start:
            return "closed without an answer"
        status = start[9:12].decode("ascii", "replace")
        if status == "500":
            return start.decode("utf-8", "replace") + request[:500].decode("utf-8", "replace")
        whole = end == b"0\r\n\r\n" or request.startswith(b"HEAD ")
        broken = not whole and b"transfer-encoding: chunked" in start.lower()
        return f"{status} broken off" if broken else status


def get(path: str, method: str = "GET", headers: dict[str, str] | None = None) -> bytes:
    """A request as it goes over the wire."""
    more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    return f"{method} {path} HTTP/1.1\r\nHost: x\r\n{more}Connection: close\r\n\r\n".encode()


def post(
    text: str,
    path: str = "/sparql",
    *,
    body: bytes | None = None,
    kind: str = "application/sparql-query",
    accept: str = "*/*",
) -> bytes:
    """A request with a body as it goes over the wire."""
    body = text.encode() if body is None else body
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nAccept: {accept}\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def attack(port: int, listener: int, seconds: float, seed: int, only: set[str], file: Path) -> None:
    """Attacks, and writes down what the attackers met.

    The attackers stand for other machines: what they compute themselves must not keep a visitor waiting. Niceness
    would not do: a running process of the lowest niceness still finishes its slice of 3 ms before whoever wakes up.
    """
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.nice(19)
    attackers = Attackers(port, listener, seconds, seed)
    asyncio.run(attackers.run(only))
    met: dict[str, dict[str, int]] = {}
    for (kind, outcome), times in sorted(attackers.met.items()):
        met.setdefault(kind, {})[outcome] = times
    file.write_text(json.dumps({"met": met, "bugs": attackers.bugs}), encoding="utf-8")


# The administrator, and who watches.


def fetch(
    port: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of a request over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body or None, {"Connection": "close"} | (headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def asking(text: str) -> str:
    """The address of a query."""
    return f"/sparql?query={quote(text)}"


def rows(port: int, text: str, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The solutions of a query."""
    status, body = fetch(port, "GET", asking(text), headers={"Accept": JSON} | (headers or {}))
    if status != 200:
        raise RuntimeError(f"{status}: {body[:500]!r}")
    found: list[dict[str, Any]] = json.loads(body)["results"]["bindings"]
    return found


@dataclass
class Administrator:
    """Writes every two seconds and remembers what was acknowledged; of the rest both is right."""

    port: int
    there: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    """What may be there or not, since nobody acknowledged it."""
    outcomes: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)

    def write(self, stop: threading.Event) -> None:
        """Inserts, and sometimes deletes what is there, until told to stop."""
        draw = random.Random(1)
        for number in count():
            if stop.wait(WRITE_EVERY):
                return
            name = f"{MARK}{number}"
            if number % 5 == 4 and self.there:
                name = draw.choice(sorted(self.there))
                self._send("DELETE DATA", name)
            else:
                self._send("INSERT DATA", name)

    def _send(self, what: str, name: str) -> None:
        text = f'{what} {{ GRAPH <{MARK}> {{ <{name}> <{MARK}says> "ja" }} }}'
        headers = {"Content-Type": "application/sparql-update", **BEARER}
        begin = time.monotonic()
        try:
            status, _ = fetch(self.port, "POST", "/sparql", text.encode(), headers)
        except (OSError, http.client.HTTPException) as error:
            self.outcomes[type(error).__name__] += 1
            self.unknown.add(name)
            return
        self.seconds.append(time.monotonic() - begin)
        self.outcomes[str(status)] += 1
        if status != 204:
            self.unknown.add(name)
        elif what == "INSERT DATA":
            self.there.add(name)
        else:
            self.there.discard(name)

    def lost(self) -> list[str]:
        """What is not as it was acknowledged."""
        text = f"SELECT ?s {{ GRAPH <{MARK}> {{ ?s <{MARK}says> 'ja' }} }}"
        found = {row["s"]["value"] for row in rows(self.port, text, BEARER)}
        return sorted((found ^ self.there) - self.unknown)


def publish(port: int, data: Path, folder: Path, number: int) -> dict[str, Any]:
    """Loads a dataset with another wording by the command line and says when everybody could read it."""
    name = f"Kreis mit neuem Namen {number}"
    text = (files("graph") / "data" / "pages" / PUBLISHED).read_text(encoding="utf-8")
    file = folder / PUBLISHED
    file.write_text(RENAMED.sub(rf"\g<1>{name}", text, count=1), encoding="utf-8")
    begin, refused = time.monotonic(), ""
    trials = 0
    while (
        time.monotonic() - begin < 5 * PATIENCE
    ):  # the command says who writes and gives up; so one tries again
        trials += 1
        load = subprocess.run(
            [command(), "load", str(file), "--data-dir", str(data)],
            capture_output=True,
            text=True,
            check=False,
        )
        if load.returncode == 0:
            break
        refused = load.stderr[-500:]
        time.sleep(1)
    else:
        return {"trials": trials, "seconds": time.monotonic() - begin, "failed": refused}
    loaded = time.monotonic()
    ask = asking(f'ASK {{ ?s ?p ?o FILTER(STR(?o) = "{name}") }} # {number}')
    while time.monotonic() - loaded < PATIENCE:
        with contextlib.suppress(OSError):
            if b"true" in fetch(port, "GET", ask, headers={"Accept": JSON})[1]:
                break
        time.sleep(0.1)
    return {
        "loaded after": loaded - begin,
        "trials": trials,
        "refused before": refused,
        "read after": time.monotonic() - loaded,
    }


@dataclass
class Watch:
    """Measures the family of the service each second."""

    service: psutil.Process
    peak: float = 0.0
    largest: list[str] = field(default_factory=list)
    most_processes: int = 0

    def keep(self, stop: threading.Event) -> None:
        """Until told to stop."""
        while not stop.wait(1):
            with contextlib.suppress(psutil.Error):
                self.look()

    def look(self) -> None:
        """Once."""
        family = self.family()
        sizes = sorted(((_pss(p.pid), p.pid) for p in family), reverse=True)
        total = sum(size for size, _ in sizes)
        self.most_processes = max(self.most_processes, len(family))
        if total > self.peak:
            self.peak = total
            self.largest = [
                f"{'service ' if pid == self.service.pid else ''}{size:.0f}" for size, pid in sizes[:6]
            ]

    def family(self) -> list[psutil.Process]:
        """The service and everything that it has started."""
        return [self.service, *self.service.children(recursive=True)]

    def state(self, data: Path) -> dict[str, int]:
        """What must be as before when all is over."""
        family = self.family()
        pinned = data / "pinned"
        return {
            "processes": len(family),
            "zombies": sum(1 for p in family if _status(p) == psutil.STATUS_ZOMBIE),
            "open files": sum(_open_files(p) for p in family),
            "pinned views": sum(1 for p in pinned.iterdir() if p.is_dir()) if pinned.exists() else 0,
        }


def _pss(pid: int) -> float:
    """Megabytes of a process, shared ones in proportion; of its own alone where the system tells no more."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1000
    with contextlib.suppress(psutil.Error):
        return float(psutil.Process(pid).memory_full_info().uss) / 1e6
    return 0.0


def _status(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return str(process.status())
    return ""


def _open_files(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.num_fds())
    return 0


# The hour.


def command() -> str:
    """The command line of the project."""
    return str(Path(sys.executable).parent / "zukunftsgraph")


@contextlib.contextmanager
def running(*order: str, log: Path | None = None, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process, ended afterwards."""
    with contextlib.ExitStack() as stack:
        errors = stack.enter_context(log.open("wb")) if log else None
        process = subprocess.Popen(order, stderr=errors, env=os.environ | environment)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def itself(role: str, *arguments: object) -> list[str]:
    """The order to start a part of this script as a process."""
    return [sys.executable, "-m", "benchmarks.hostile", "--role", role, *map(str, arguments)]


class Listener:
    """Whom nobody must ever call."""

    def __init__(self) -> None:
        self.contacts = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            peer, _ = self._socket.accept()
            self.contacts += 1
            peer.close()


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ready(port: int, service: subprocess.Popen[bytes]) -> None:
    """Waits until every kind of visit is answered, so that nothing is computed for the first time later."""
    until = time.monotonic() + 300
    while time.monotonic() < until and service.poll() is None:
        with contextlib.suppress(OSError, RuntimeError, http.client.HTTPException):
            for kind in visits(port).values():
                fetch(port, "GET", kind.path(random.Random(0)))
            fetch(port, "GET", "/api/v1/crosswalk")  # which begins the process for what takes long
            return
        time.sleep(0.2)
    raise RuntimeError("the service does not start")


def run(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """The whole course of events, and what was measured."""
    data, log, seen, told = (
        folder / "data",
        folder / "service.log",
        folder / "visits.jsonl",
        folder / "attackers.json",
    )
    if asked.data_dir:
        shutil.copytree(asked.data_dir, data)
    port, listener = free_port(), Listener()
    order = [command(), "serve", "--port", str(port), "--data-dir", str(data)]
    with running(*order, log=log, ZUKUNFTSGRAPH_TOKEN=TOKEN) as service:
        ready(port, service)
        watch, administrator = Watch(psutil.Process(service.pid)), Administrator(port)
        with running(*itself("visitors", port, seen, asked.seed)) as visitors:
            marks = [time.time()]
            time.sleep(asked.calm)
            watch.look()
            before, calm_memory = watch.state(data), watch.peak
            marks.append(time.time())
            stop, publications = threading.Event(), []
            threads = [threading.Thread(target=t, args=(stop,)) for t in (watch.keep, administrator.write)]
            for thread in threads:
                thread.start()
            seconds = asked.minutes * 60
            attackers = itself(
                "attackers", port, listener.port, seconds, asked.seed, ",".join(chosen(asked)), told
            )
            with running(*attackers) as crowd:
                for number in range(1, asked.publications + 1):
                    time.sleep(max(0.0, marks[1] + seconds * number / (asked.publications + 1) - time.time()))
                    publications.append(publish(port, data, folder, number))
                crowd.wait()
            marks.append(time.time())
            stop.set()
            for thread in threads:
                thread.join()
            recovery = recovered(watch, port, data, before)
            marks.append(time.time())
            time.sleep(asked.calm)
            marks.append(time.time())
            well = service.poll() is None and visitors.poll() is None
        after = watch.state(data) if well else {}
        lost = administrator.lost() if well else ["the service is gone"]
        leaked = any(rows(port, f"SELECT * {{ GRAPH ?g {{ ?s <{MARK}says> ?o }} }}")) if well else False
        begin = time.monotonic()
    attackers_told = (
        json.loads(told.read_text(encoding="utf-8")) if told.exists() else {"met": {}, "bugs": {}}
    )
    text = log.read_text(encoding="utf-8", errors="replace")
    return {
        "minutes": asked.minutes,
        "seed": asked.seed,
        "visits": judged(seen, marks),
        "wrong answers for visitors": wrong_ones(seen, marks),
        "attacks": attackers_told["met"],
        "answers 500": attackers_told["bugs"],
        "memory MB": {"calm": calm_memory, "peak": watch.peak, "largest processes": watch.largest},
        "most processes": watch.most_processes,
        "changes": dict(administrator.outcomes),
        "change s": spread(administrator.seconds),
        "publications": publications,
        "lost": lost,
        "internal data leaked": leaked,
        "contacts": listener.contacts,
        "before": before,
        "after": after,
        "recovered after s": recovery,
        "ended after s": time.monotonic() - begin,
        "tracebacks": tracebacks(text),
        "log": text[-3000:],
        "load average": os.getloadavg(),
    }


def tracebacks(log: str) -> list[str]:
    """What went wrong in the service: the end of each traceback in its log, and how often it came."""
    ends: Counter[str] = Counter()
    for trace in log.split("Traceback (most recent call last):\n")[1:]:
        frames = list(takewhile(lambda line: line.startswith(" "), trace.splitlines()))
        said = trace.splitlines()[len(frames) : len(frames) + 1]
        ends["\n".join([*frames[-8:], *said])] += 1
    return [f"{times} ×\n{end}" for end, times in ends.most_common(5)]


def recovered(watch: Watch, port: int, data: Path, before: dict[str, int]) -> float:
    """Seconds until the service looks as before, at most as long as one has patience."""
    begin = time.monotonic()
    while time.monotonic() - begin < PATIENCE:
        with contextlib.suppress(OSError, http.client.HTTPException, psutil.Error):
            now = watch.state(data)
            healthy = (
                fetch(port, "GET", "/health")[0] == 200 and fetch(port, "GET", asking("ASK {}"))[0] == 200
            )
            if healthy and now["processes"] <= before["processes"] and not now["zombies"]:
                return time.monotonic() - begin
        time.sleep(0.5)
    return PATIENCE


def spread(seconds: list[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum."""
    if not seconds:
        return {}
    ordered = sorted(seconds)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))],
        "max": ordered[-1],
        "visits": len(ordered),
    }


def _seen(file: Path, marks: list[float]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The visits, each with the time it fell in; those between the times are left out."""
    phases = (("calm", marks[0], marks[1]), ("attack", marks[1], marks[2]), ("after", marks[3], marks[4]))
    for line in file.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        for name, begin, end in phases:
            if begin <= found["at"] < end:
                yield name, found


def judged(file: Path, marks: list[float]) -> dict[str, dict[str, Any]]:
    """By kind of visit: how long it took in each time."""
    by: dict[str, dict[str, list[float]]] = {}
    for phase, found in _seen(file, marks):
        by.setdefault(found["kind"], {}).setdefault(phase, []).append(found["seconds"])
    return {
        kind: {phase: spread(seconds) for phase, seconds in phases.items()} for kind, phases in by.items()
    }


def wrong_ones(file: Path, marks: list[float]) -> list[str]:
    """What visitors got that was no right answer."""
    return [
        f"{phase}, {found['kind']}: {found['wrong']}" for phase, found in _seen(file, marks) if found["wrong"]
    ]


def faults(found: dict[str, Any]) -> list[str]:
    """Which criteria are not met."""
    wrong = []
    for kind, by in found["visits"].items():
        calm = by.get("calm", {}).get("median")
        for phase in ("attack", "after"):
            ratio = by[phase]["median"] / calm if calm and phase in by else float("inf")
            if ratio > SLOWER:
                wrong.append(f"{kind}: the median ({phase}) is {ratio:.1f} × that of the calm time")
    if found["wrong answers for visitors"]:
        wrong.append(f"{len(found['wrong answers for visitors'])} wrong answers for visitors")
    if found["memory MB"]["peak"] >= MEMORY_MB:
        wrong.append(f"{found['memory MB']['peak']:.0f} MB of memory")
    if found["lost"]:
        wrong.append(f"{len(found['lost'])} changes are not as acknowledged")
    wrong += [f"a publication failed: {p['failed']}" for p in found["publications"] if "failed" in p]
    wrong += ["internal data were public"] * bool(found["internal data leaked"])
    wrong += [f"{found['contacts']} contacts"] * bool(found["contacts"])
    wrong += [f"answer 500 for {kind}" for kind in found["answers 500"]]
    before, after = found["before"], found["after"]
    if not after or after["processes"] > before["processes"] or after["zombies"]:
        wrong.append(f"processes afterwards: {after}")
    elif after["open files"] > before["open files"] + FEW_FILES:
        wrong.append(f"open files: {before['open files']} before, {after['open files']} after")
    if after and after["pinned views"] > 1:  # the newest may be kept for the next reader
        wrong.append(f"{after['pinned views']} pinned views")
    wrong += ["an error in the log of the service"] * bool(found["tracebacks"])
    if found["recovered after s"] >= PATIENCE:
        wrong.append("the service did not recover")
    if found["ended after s"] > 15:
        wrong.append(f"it took {found['ended after s']:.0f} s to end the service")
    return wrong


def table(found: dict[str, Any]) -> str:
    """The result as Markdown."""
    lines = [
        "| visit | calm: median (ms) | p95 | attack: median | p95 | max | after: median | attack / calm |",
        "|---" * 8 + "|",
    ]
    for kind, by in found["visits"].items():
        calm, attack, after = (by.get(phase, {}) for phase in ("calm", "attack", "after"))
        cells = [
            calm.get("median"),
            calm.get("p95"),
            attack.get("median"),
            attack.get("p95"),
            attack.get("max"),
        ]
        numbers = " | ".join(f"{1000 * cell:.1f}" if cell else "–" for cell in (*cells, after.get("median")))
        ratio = f"{attack['median'] / calm['median']:.2f}" if attack and calm else "–"
        lines.append(f"| {kind} | {numbers} | {ratio} |")
    lines += ["", "| attack | what it met |", "|---|---|"]
    for kind, met in found["attacks"].items():
        lines.append(
            f"| {kind} | " + ", ".join(f"{outcome}: {times}" for outcome, times in met.items()) + " |"
        )
    shown = {"visits", "attacks", "log"}
    lines += ["", *(f"- {key}: {value}" for key, value in found.items() if key not in shown)]
    return "\n".join([*lines, "", *(f"**Not met:** {fault}" for fault in faults(found))])


def chosen(asked: argparse.Namespace) -> list[str]:
    """The kinds of attack that are asked for."""
    only, without = (
        {kind.strip() for kind in text.split(",")} - {""} for text in (asked.only, asked.without)
    )
    kinds = list(Attackers(0, 0, 0, 0).kinds())
    if strange := sorted((only | without) - set(kinds)):
        raise SystemExit(f"There is no attack {', '.join(strange)}; see --list.")
    return [kind for kind in kinds if (not only or kind in only) and kind not in without]


def main() -> int:
    """Runs the hour, or one of its parts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--calm", type=float, default=60, help="seconds before and after")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--publications", type=int, default=2)
    parser.add_argument("--data-dir", type=Path, help="a built data directory to copy")
    parser.add_argument("--only", default="", help="some kinds of attack, separated by commas")
    parser.add_argument("--without", default="", help="all other kinds of attack")
    parser.add_argument("--list", action="store_true", help="name the kinds of attack")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--role", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.role:
        part, port, *rest = asked.role
        if part == "visitors":
            visit(int(port), Path(rest[0]), int(rest[1]))
        else:
            attack(
                int(port), int(rest[0]), float(rest[1]), int(rest[2]), set(rest[3].split(",")), Path(rest[4])
            )
        return 0
    if asked.list:
        sys.stdout.write("\n".join(chosen(asked)) + "\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = run(asked, Path(folder))
    sys.stdout.write((json.dumps(found, indent=1) if asked.json else table(found)) + "\n")
    return 1 if faults(found) else 0


if __name__ == "__main__":
    sys.exit(main())
