"""Bodies of requests: how large, how long, and that nobody is read who may not write."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sample import Client, sample_service
from starlette.exceptions import HTTPException

from api import bodies
from api.accounts import FILE, Accounts, Role
from api.app import create_app
from api.bodies import bounded
from api.identity import LARGEST, SAFE, Required
from api.writing import RoleFirst

TOKEN = "ein-token-zum-testen-mit-genug-zeichen"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
JSON = {"Content-Type": "application/json"}
WRITING = [
    ("POST", "/api/v1/judgements"),
    ("POST", "/api/v1/judgements/x/withdrawal"),
    ("POST", "/api/v1/judgements/x/completion"),
    ("POST", "/api/v1/identities"),
    ("POST", "/api/v1/identities/x/withdrawal"),
    ("PUT", "/api/v1/crosswalk/feld/thema"),
]
OPEN = {
    *("/anmelden", "/abmelden", "/api/v1/priorities", "/api/v1/check", "/gewichten", "/pruefen"),
    *("/mitmachen", "/api/v1/template-check"),
    *("/abfragen", "/abfragen/datei", "/abfragen/netz", "/abfragen/bild"),
}
"""Whoever comes may send something there; nothing of it is stored."""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    accounts = Accounts(tmp_path / FILE, TOKEN)
    accounts.add("Lena", Role.READER, "ein gutes Passwort")
    yield create_app(sample_service(), accounts=accounts)
    accounts.close()


@pytest.fixture
def client(app: FastAPI) -> Client:
    return Client(app)


@pytest.mark.parametrize(
    ("method", "path"), [*WRITING, ("POST", "/api/v1/priorities"), ("POST", "/abmelden")]
)
def test_a_body_over_the_limit_is_refused_in_german_with_the_limit(
    client: Client, method: str, path: str
) -> None:
    for content in (b'{"reason": "' + b"x" * LARGEST, (b"x" * 100_000 for _ in range(11))):
        answer = client.request(method, path, content=content, headers=BEARER | JSON)
        if path == "/abmelden":  # reads nothing
            assert answer.status_code < 400
        else:
            assert answer.status_code == 413, answer.text
            assert "mehr als 1.000.000 Bytes" in answer.json()["detail"]


def test_a_body_below_the_limit_is_read(client: Client) -> None:
    answer = client.post("/api/v1/priorities", json={"district": "x" * (LARGEST - 1000)})
    assert (answer.status_code, answer.json()["detail"]) == (422, "Fehlt oder ist ungültig: district.")


async def asked(app: FastAPI, method: str, path: str, headers: dict[str, str]) -> tuple[int, bool]:
    """The status of an answer, and whether the body was looked at."""
    looked, sent = False, list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        nonlocal looked
        looked = True
        return {"type": "http.request", "body": b"{", "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "root_path": "", "query_string": b"", "scheme": "http", "server": ("x", 80), "client": ("y", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]
    return sent[0]["status"], looked


@pytest.mark.parametrize(("method", "path"), WRITING)
def test_nothing_is_read_of_who_may_not_write(app: FastAPI, method: str, path: str) -> None:
    assert asyncio.run(asked(app, method, path, JSON)) == (401, False)
    reader = app.state.accounts.issue("Lena")
    told = JSON | {"Authorization": f"Bearer {reader}"}
    assert asyncio.run(asked(app, method, path, told)) == (403, False)


def test_every_address_that_takes_something_knows_the_role_first(app: FastAPI) -> None:
    writing = {
        (method, route.path)
        for route in _routes(app)
        for method in (route.methods or set()) - SAFE
        if not (isinstance(route, RoleFirst) and _roles(route))
    }
    assert {path for _, path in writing} <= OPEN
    assert len([r for r in _routes(app) if isinstance(r, RoleFirst) and _roles(r)]) >= len(WRITING)


def _routes(app: FastAPI) -> list[APIRoute]:
    found, open_ = list[APIRoute](), list(app.routes)
    while open_:
        route = open_.pop()
        inner = getattr(route, "original_router", None)
        open_ += list(getattr(inner, "routes", ()))
        found += [route] if isinstance(route, APIRoute) else []
    return found


def _roles(route: APIRoute) -> list[Role]:
    return [d.call.role for d in route.dependant.dependencies if isinstance(d.call, Required)]


def test_a_body_that_comes_too_slowly_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)

    async def never() -> dict[str, Any]:
        await asyncio.sleep(10)
        raise AssertionError("not reached")

    async def read() -> None:
        await bounded({"type": "http", "headers": []}, never, 10)()  # type: ignore[arg-type]

    with pytest.raises(HTTPException) as refused:
        asyncio.run(read())
    assert refused.value.status_code == 408


def test_who_has_sent_everything_may_wait_for_his_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)
    sent = iter([b"{}"])

    async def receive() -> dict[str, Any]:
        for body in sent:
            return {"type": "http.request", "body": body, "more_body": False}
        await asyncio.sleep(0.2)
        return {"type": "http.disconnect"}

    async def read() -> list[str]:
        limited = bounded({"type": "http", "headers": []}, receive, 10)  # type: ignore[arg-type]
        return [(await limited())["type"] for _ in range(2)]

    assert asyncio.run(read()) == ["http.request", "http.disconnect"]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b'{"district": ', 422, "kein gültiges JSON"),
        (b"[" * 100_000, 400, "nicht zu lesen"),
        (b'{"top": ' + b"9" * 100_000 + b"}", 400, "nicht zu lesen"),
        (b'{"district": "\xff"}', 400, "nicht zu lesen"),
        (b'{"scores": {"m": {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}}}', 422, "ungültig: m"),
    ],
)
def test_what_is_no_json_is_refused_in_german(client: Client, content: bytes, status: int, said: str) -> None:
    answer = client.post("/api/v1/priorities", content=content, headers=JSON)
    assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


def test_an_idea_can_be_checked_without_standing_in_an_address(client: Client) -> None:
    assert client.post("/api/v1/check", json={"idea": "Ein Reparaturcafé", "district": "00001"}).json() == []
    assert client.post("/api/v1/check", json={"idea": " "}).status_code == 422
