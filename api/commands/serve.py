"""`serve`: the service on this machine."""

import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import click
import uvicorn
from fastapi import FastAPI

from api.accounts import FILE, Accounts
from api.app import create_app
from api.backroom import Backroom
from api.connections import Connection
from api.exports import Exports
from api.findings import Beside, Findings
from api.given import Given
from api.home import data_dir_option, edition, home_in
from api.legal import legal
from api.service import Service, Shown
from api.settings import Settings
from api.sparql.engine import Engine
from api.sparql.job import Limits
from graph.edition import Edition
from graph.errors import LimitReached, NotEmpty, Unknown
from graph.home import Home

WAIT = 60
"""Seconds to wait at the start for somebody who writes."""
SWITCH = 0.0001
"""Seconds that a thread may compute while another waits: a page being computed must not hold up all small answers.

Measured under attack: the start page took 3.3 times its calm time with Python's 5 ms; an ASK 2.0 times with 0.5 ms and
0.9 times with this.
"""
CONNECTIONS = 500
"""More at once are refused: each may hold a megabyte of an answer that nobody reads."""
GRACE = 5
"""Seconds for answers that are under way when the service is ended."""


@click.command("serve", short_help="Den Dienst starten.")
@click.option("--host", default=lambda: Settings().host, show_default="127.0.0.1", help="Adresse.")
@click.option("--port", type=int, default=lambda: Settings().port, show_default="8000", help="Port.")
@click.option(
    "--root-path",
    default=lambda: Settings().root_path,
    show_default="keiner",
    help="Pfad, unter dem ein Proxy den Dienst zeigt.",
)
@click.option("--empty", is_flag=True, help="Ohne die mitgelieferten Daten; das Verzeichnis muss leer sein.")
@data_dir_option
def serve_command(host: str, port: int, root_path: str, empty: bool, data_dir: Path) -> None:
    """Startet den Dienst; Strg+C beendet ihn."""
    home, settings = _empty(data_dir) if empty else edition(data_dir), Settings()
    with home.writing("serve", wait=WAIT):
        pass  # opening it settles what a crash may have left half done
    click.echo(f"Zukunftsgraph läuft auf http://{host}:{port}{root_path} (Strg+C beendet).", err=True)
    sys.setswitchinterval(SWITCH)
    uvicorn.run(
        application(home, settings, Backroom(home.directory, root_path)),
        host=host,
        port=port,
        root_path=root_path,
        proxy_headers=bool(settings.proxies),
        forwarded_allow_ips=settings.proxies or None,
        http=Connection,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=GRACE,
        log_level="warning",
        server_header=False,
    )


def application(home: Home, settings: Settings, backroom: Backroom | None = None) -> FastAPI:
    """The application of a data directory; it sees every change as soon as it is stored."""
    public, internal = Beside(home.public), Beside(home.internal)
    accounts = _accounts(home, settings)
    # The comparison takes a moment: begun now, it is ready when the first visitor asks, and the first who logs in.
    if home.public.number:
        editions = (public, internal) if len(accounts) else (public,)
        threading.Thread(target=_prepare, args=(editions, settings.district), daemon=True).start()
    limits = Limits(seconds=settings.query_seconds, memory_mb=settings.query_memory_mb)
    return create_app(_service(home, public, internal, settings), Engine(home, limits), accounts, backroom)


def in_backroom(data_dir: Path, socket: str, root_path: str) -> None:
    """Serves what takes long, at a local socket, until the service ends this process."""
    home, settings = home_in(data_dir), Settings()
    uvicorn.run(
        create_app(
            _service(home, Beside(home.public), Beside(home.internal), settings),
            accounts=_accounts(home, settings),
        ),
        uds=socket,
        root_path=root_path,
        proxy_headers=True,
        forwarded_allow_ips="*",  # nobody but the service comes this way
        timeout_graceful_shutdown=1,
        log_level="warning",
        server_header=False,
        date_header=False,
    )


def _service(home: Home, public: Findings, internal: Findings, settings: Settings) -> Service:
    return Service(
        public=_shown(home.public, public),
        internal=replace(_shown(home.internal, internal), changes=home.journal),
        district=settings.district,
        version=version("zukunftsgraph"),
        legal=legal(settings),
        exports=Exports(home.public),
    )


def _shown(edition: Edition, findings: Findings) -> Shown:
    return Shown(
        edition.read,
        lambda: edition.fingerprint,
        findings.of,
        findings.one,
        findings.check,
        groups=findings.groups,
        vague=findings.vague,
        encoder=findings.encoder,
        compare=Given(edition).compared,
    )


def _accounts(home: Home, settings: Settings) -> Accounts:
    return Accounts(home.directory / FILE, token=settings.token.get_secret_value() if settings.token else "")


def _prepare(editions: Sequence[Findings], district: str) -> None:
    for findings in editions:
        # A graph of other districts; one so large that visitors wait longer.
        with suppress(Unknown, LimitReached):
            findings.of(district, "all")


def _empty(data_dir: Path) -> Home:
    if data_dir.exists() and any(not path.name.startswith(FILE) for path in data_dir.iterdir()):
        raise NotEmpty(data_dir)
    home = home_in(data_dir)
    with home.writing("serve --empty") as writer:
        writer.publish(even_empty=True)
    return home
