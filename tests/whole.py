"""The service with pages and engine on one data directory, for tests that go from the page to the engine and back."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2
import uvicorn
from served import TOKEN

from api.accounts import FILE, Accounts
from api.app import create_app
from api.service import Service, Shown
from api.sparql.engine import Engine, Limits
from graph.home import Home


@dataclass(frozen=True)
class Whole:
    """Where the service listens, and two clients: somebody unknown, and an administrator."""

    url: str
    home: Home
    anonymous: httpx2.Client
    administrator: httpx2.Client


@contextmanager
def whole(home: Home, limits: Limits = Limits()) -> Iterator[Whole]:  # noqa: B008
    """The service on a data directory, without the comparison, which takes its time and is tested elsewhere."""
    public, internal = (
        Shown(
            edition.read,
            lambda edition=edition: edition.fingerprint,
            lambda ags, circle: [],
            lambda identity: None,
        )
        for edition in (home.public, home.internal)
    )
    accounts = Accounts(home.directory / FILE, TOKEN)
    app = create_app(Service(public, internal, version="0.1.0"), Engine(home, limits), accounts)
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", server_header=False, lifespan="on")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    bearer = {"Authorization": f"Bearer {TOKEN}", "Accept": "text/html"}
    try:
        with (
            httpx2.Client(base_url=url, timeout=60, headers={"Accept": "text/html"}) as anonymous,
            httpx2.Client(base_url=url, timeout=60, headers=bearer) as administrator,
        ):
            yield Whole(url, home, anonymous, administrator)
    finally:
        server.should_exit = True
        thread.join(20)
        accounts.close()
