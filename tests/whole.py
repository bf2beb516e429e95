"""The service with pages and engine on one data directory, for tests that go from the page to the engine and back."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import httpx2
from served import TOKEN
from visit import listening

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
    bearer = {"Authorization": f"Bearer {TOKEN}", "Accept": "text/html"}
    with (
        closing(accounts),
        listening(app) as url,
        httpx2.Client(base_url=url, timeout=60, headers={"Accept": "text/html"}) as anonymous,
        httpx2.Client(base_url=url, timeout=60, headers=bearer) as administrator,
    ):
        yield Whole(url, home, anonymous, administrator)
