"""Who only holds a connection loses it; who is merely slow does not."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from visit import listening

from api.connections import Connection
from api.sparql import http

SIZE = 30_000_000
"""Bytes of an answer: more than the system takes off the service's hands."""


class Hurried(Connection):
    """A connection with little patience."""

    patience, least = 0.3, 100_000


async def app(scope: Any, receive: Any, send: Any) -> None:
    """A large answer, or a late one at /late."""
    if scope["path"] == "/late":
        await asyncio.sleep(1.5)
    body = b"late" if scope["path"] == "/late" else bytes(SIZE)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """Where the application listens."""
    with listening(app, http=Hurried, lifespan="off", log_level="error") as root:
        found = urlsplit(root)
        yield str(found.hostname), int(found.port or 0)


def received(client: socket.socket, pause: float = 0) -> int:
    """How many bytes come until the end, or until the connection breaks."""
    size = 0
    with contextlib.suppress(ConnectionError):
        while data := client.recv(1_000_000):
            size += len(data)
            time.sleep(pause)
    return size


def test_who_does_not_read_an_answer_is_dropped(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2)
        assert received(client) < SIZE


def test_who_reads_in_drops_is_dropped(address: tuple[str, int]) -> None:
    """Else two dozen of them would keep everybody from what only so many may have at once."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(10)
        client.connect(address)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        begun, size = time.monotonic(), 0
        while time.monotonic() - begun < 2:
            size += len(client.recv(1000))
            time.sleep(0.02)
        assert size + received(client) < SIZE


def test_who_reads_slowly_gets_everything(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        begun = time.monotonic()
        assert received(client, 0.05) > SIZE
        assert time.monotonic() - begun > 1.2


def test_who_only_trickles_a_request_is_dropped(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        begun = time.monotonic()
        with pytest.raises(ConnectionError):
            while time.monotonic() - begun < 5:
                client.sendall(b"X: y\r\n")
                time.sleep(0.1)
        assert time.monotonic() - begun < 3


def test_an_answer_that_takes_its_time_is_waited_for(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as client:
        client.sendall(b"GET /late HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert received(client) > 4


@pytest.mark.parametrize(
    ("size", "pieces", "status"), [(1, 20_000, b"400"), (1, 1_000, b"200"), (500, 20_000, b"200")]
)
def test_a_body_may_not_come_in_crumbs(
    size: int, pieces: int, status: bytes, address: tuple[str, int]
) -> None:
    piece = b"%x\r\n%s\r\n" % (size, b"x" * size)
    head = b"POST /late HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    with socket.create_connection(address, timeout=10) as client:
        with contextlib.suppress(ConnectionError):  # it may have been answered already
            client.sendall(head + piece * pieces + b"0\r\n\r\n")
        assert client.recv(100).split()[1] == status


@pytest.mark.parametrize(("pause", "status"), [(0.05, 408), (0.0, 200)])
def test_a_body_must_come_in_time(pause: float, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BODY_SECONDS", 0.2)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(pause)
        parts.append(b"x")
        return {"type": "http.request", "body": b"x", "more_body": len(parts) < 20}

    parts: list[bytes] = []
    request = http.Request({"type": "http", "method": "POST", "headers": []}, receive)
    try:
        assert len(asyncio.run(http.body(request, 1000))) == 20
        found = 200
    except http.HTTPException as error:
        found = error.status_code
    assert found == status
