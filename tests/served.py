"""A service as it runs: data directory, engine, accounts and web server, for tests that speak HTTP to it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from sample import sample_service
from visit import listening

from api.accounts import FILE, Accounts
from api.app import create_app
from api.sparql.engine import Engine, Limits
from graph.home import Home

TOKEN = "ein-token-zum-testen-mit-genug-zeichen"


@dataclass(frozen=True)
class Served:
    """Where the service listens, and two clients: somebody unknown, and an administrator."""

    url: str
    home: Home
    accounts: Accounts
    anonymous: httpx2.Client
    administrator: httpx2.Client


@contextmanager
def served(directory: Path, limits: Limits = Limits()) -> Iterator[Served]:  # noqa: B008
    """The service on a data directory; an empty one is begun as `serve --empty` begins it."""
    home = Home(directory)
    if not home.exists:
        with home.writing("serve --empty") as writer:
            writer.publish(even_empty=True)
    accounts = Accounts(directory / FILE, TOKEN)
    app = create_app(sample_service(), Engine(home, limits), accounts)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    with (
        closing(accounts),
        listening(app) as url,
        httpx2.Client(base_url=url, timeout=60) as anonymous,
        httpx2.Client(base_url=url, timeout=60, headers=bearer) as administrator,
    ):
        yield Served(url, home, accounts, anonymous, administrator)
