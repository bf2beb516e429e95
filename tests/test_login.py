"""Logging in: who is seen as whom, what another site cannot do, and what nobody else gets to see."""

import dataclasses
import logging
import re
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest
from argon2 import PasswordHasher
from fastapi import Depends, FastAPI, Request
from playwright.sync_api import Browser
from sample import Client, sample_service
from visit import FITS, Visit, listening

from api.accounts import FILE, Accounts, Role
from api.app import create_app
from api.identity import Visitor, known, masked, require, visitor
from api.login import local
from api.service import Service, Shown
from api.throttle import FAILURES
from graph.store import Store

PASSWORD = "Käse und Brot 1848"
INTERNAL = "interne Angaben"
COOKIE = "zukunftsgraph"
PEOPLE = {"Lena": Role.READER, "Edi": Role.EDITOR, "Ada <b>": Role.ADMINISTRATOR}


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    """Three people and the token of the settings."""
    found = Accounts(
        tmp_path / FILE, "automat", hasher=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    )
    for name, role in PEOPLE.items():
        found.add(name, role, PASSWORD)
    return found


def service() -> Service:
    """The two counties are internal, the public edition is empty."""
    nothing = Shown(
        lambda: Store(ox.Store()), lambda: "0", lambda district, circle: [], lambda identity: None
    )
    return dataclasses.replace(sample_service(), public=nothing)


def application(accounts: Accounts | None) -> FastAPI:
    """The service with three addresses more, that a test can ask."""
    app = create_app(service(), accounts=accounts)

    @app.api_route("/test/who", methods=["GET", "POST", "PUT", "DELETE"])
    def who(request: Request) -> str:
        found = visitor(request)
        return f"{found.name} {found.role.name}" if found else "anonymous"

    @app.post("/test/editor")
    async def editor(request: Request, who: Visitor = Depends(require(Role.EDITOR))) -> str:  # noqa: B008
        return (await request.body()).decode()

    @app.post("/test/form")
    async def form(request: Request) -> list[str]:
        async with request.form() as fields:
            return sorted(fields.keys())

    return app


@pytest.fixture
def app(accounts: Accounts) -> FastAPI:
    return application(accounts)


@pytest.fixture
def client(app: FastAPI) -> Iterator[Client]:
    with Client(app, follow_redirects=False) as found:
        yield found


def log_in(client: Client, name: str = "Lena", **fields: str) -> None:
    answer = client.post("/anmelden", data={"name": name, "password": PASSWORD} | fields)
    assert answer.status_code == 303, answer.text


def csrf(client: Client) -> str:
    """The token as the page shows it."""
    found = re.search(r'name="csrf" value="([^"]+)"', client.get("/anmelden").text)
    assert found
    return found[1]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_who_logs_in_is_known_until_he_logs_out(client: Client) -> None:
    assert client.get("/test/who").json() == "anonymous"
    log_in(client, "Edi")
    assert client.get("/test/who").json() == "Edi EDITOR"
    kept = client.cookies[COOKIE]
    answer = client.post("/abmelden", data={"csrf": csrf(client)})
    assert (answer.status_code, answer.headers["location"]) == (303, "/anmelden?abgemeldet=1")
    assert "Sie sind abgemeldet" in client.get(answer.headers["location"]).text
    client.cookies.set(COOKIE, kept)
    assert client.get("/test/who").json() == "anonymous"  # the session has ended, not only its cookie


def test_pages_say_who_is_logged_in_and_that_they_show_what_is_internal(client: Client) -> None:
    plain = client.get("/").text
    assert "Start-up-Treff" not in plain and INTERNAL not in plain and "Abmelden" not in plain
    assert 'href="/anmelden"' in plain
    log_in(client, "Ada <b>")
    for address in ("/", "/suche?q=start-up", "/nix", "/anmelden"):
        text = client.get(address, headers={"Accept": "text/html"}).text
        assert "Sie sehen auch interne Angaben" in text and "Abmelden" in text
        assert "Ada &lt;b&gt;</a> · Administration" in text and "Ada <b>" not in text
    assert "Start-up-Treff" in client.get("/suche?q=start-up").text


def test_wrong_name_and_wrong_password_are_answered_alike(client: Client) -> None:
    texts = []
    for name, password in (("Lena", "falsch"), ("Nena", PASSWORD), ("Nena", "x" * 2000)):
        answer = client.post("/anmelden", data={"name": name, "password": password})
        assert answer.status_code == 401 and "set-cookie" not in answer.headers
        texts.append(answer.text.replace("Nena", "Lena"))
    assert len(set(texts)) == 1
    assert "Name oder Passwort stimmen nicht." in texts[0] and 'role="alert"' in texts[0]
    assert "<title>Fehler: Anmelden" in texts[0]
    assert client.post("/anmelden", data={"name": "Lena"}).status_code == 422


def test_after_five_failures_one_waits(client: Client) -> None:
    for _ in range(FAILURES):
        assert client.post("/anmelden", data={"name": "Lena", "password": "falsch"}).status_code == 401
    answer = client.post("/anmelden", data={"name": "Lena", "password": PASSWORD})
    assert answer.status_code == 429 and 0 < int(answer.headers["retry-after"]) <= 900
    assert "15 Minuten" in answer.text and "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("address", "root", "name", "path", "secure"),
    [
        ("http://zg.test", "", COOKIE, "/", False),
        ("http://zg.test", "/graph", f"{COOKIE}-graph", "/graph", False),
        ("https://zg.test", "", f"__Host-{COOKIE}", "/", True),
        ("https://zg.test", "/graph", f"__Host-{COOKIE}-graph", "/", True),
    ],
)
def test_the_cookie_is_kept_close(
    app: FastAPI, address: str, root: str, name: str, path: str, secure: bool
) -> None:
    with Client(app, base_url=address, root_path=root, follow_redirects=False) as client:
        answer = client.post(f"{root}/anmelden", data={"name": "Lena", "password": PASSWORD, "next": "/def"})
        given, *flags = answer.headers["set-cookie"].split("; ")
        assert given.partition("=")[0] == name
        wanted = {"HttpOnly", "SameSite=lax", f"Path={path}"} | ({"Secure"} if secure else set())
        assert set(flags) == wanted  # and no Domain, no Max-Age
        assert answer.headers["location"] == f"{root}/def"
        assert client.get(f"{root}/test/who").json() == "Lena READER"
        gone = client.post(f"{root}/abmelden", headers={"X-CSRF-Token": _csrf_at(client, root)})
        assert (
            gone.headers["set-cookie"].startswith(f'{name}=""') and "Max-Age=0" in gone.headers["set-cookie"]
        )
        assert client.get(f"{root}/test/who").json() == "anonymous"


def _csrf_at(client: Client, root: str) -> str:
    return client.get(f"{root}/anmelden").text.partition('name="csrf" value="')[2].partition('"')[0]


def test_the_session_is_a_new_one_after_logging_in(client: Client, accounts: Accounts) -> None:
    planted = client.post(
        "/anmelden",
        data={"name": "Lena", "password": PASSWORD},
        headers={"Cookie": f"{COOKIE}=set-by-somebody-else"},
    )
    first = client.cookies[COOKIE]
    assert planted.status_code == 303 and client.get("/test/who").json() == "Lena READER"
    assert first != "set-by-somebody-else" and accounts.session("set-by-somebody-else") is None
    again = client.post(
        "/anmelden", data={"name": "Edi", "password": PASSWORD}, headers={"X-CSRF-Token": csrf(client)}
    )
    assert again.status_code == 303 and client.cookies[COOKIE] != first
    assert accounts.session(first) is None
    assert client.get("/test/who").json() == "Edi EDITOR"


@pytest.mark.parametrize(
    "next",
    ["/ueberschneidungen?klasse=overlap&seite=2", "/doc?iri=https://example.org/a%20b", "/suche?q=tür", "/"],
)
def test_after_logging_in_one_is_where_one_wanted_to_be(client: Client, next: str) -> None:
    text = client.get(next).text
    inputs = Inputs(client.get(Inputs(text).login).text)
    answer = client.post("/anmelden", data=inputs.values | {"name": "Lena", "password": PASSWORD})
    assert answer.headers["location"] == next.replace("ü", "%C3%BC")


@pytest.mark.parametrize(
    "next",
    [
        *("https://example.org/", "//example.org", "/\\example.org", "\\/example.org", "/\t/example.org"),
        *(
            "/\n/example.org",
            " //example.org",
            "javascript:alert(1)",
            "example.org",
            "http:/example.org",
            "/a\\b",
        ),
        *("/a\r\nSet-Cookie: x=y", "/\x00", "/" + "x" * 3000, "@example.org", ".example.org"),
    ],
)
def test_nobody_is_sent_elsewhere_after_logging_in(client: Client, next: str) -> None:
    assert local(next) == ""
    assert Inputs(client.get("/anmelden", params={"next": next}).text).values["next"] == ""
    answer = client.post("/anmelden", data={"name": "Lena", "password": PASSWORD, "next": next})
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://example.org"},
        {"Origin": "null"},
        {"Origin": "http://testserver.example.org"},
        {"Origin": "http://testserver:81"},
        {"Origin": "http://[::1"},
    ],
)
def test_another_site_cannot_log_somebody_in(client: Client, headers: dict[str, str]) -> None:
    answer = client.post("/anmelden", data={"name": "Lena", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert "fremden Seite" in answer.text


def test_ones_own_page_can(client: Client) -> None:
    for headers in ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": "http://testserver"}, {}):
        answer = client.post("/anmelden", data={"name": "Lena", "password": PASSWORD}, headers=headers)
        assert answer.status_code == 303
        client.cookies.clear()
    assert client.get("/anmelden").headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_session_changes_nothing_without_its_own_csrf_token(
    client: Client, app: FastAPI, method: str
) -> None:
    log_in(client)
    with Client(app, follow_redirects=False) as other:
        log_in(other, "Edi")
        foreign = csrf(other)
    mine = csrf(client)
    for token in (None, "", "x", foreign, mine[:-4], mine[:86] + "Aa==", "ü", masked("00" * 32)):
        headers = {} if token is None else {"X-CSRF-Token": token.encode()}
        answer = client.request(method, "/test/who", headers=headers)
        assert answer.status_code == 403 and "csrf" in answer.text, token
    assert client.request(method, "/test/who", headers={"X-CSRF-Token": mine}).json() == "Lena READER"
    for site in ("cross-site", "same-site"):
        headers = {"X-CSRF-Token": mine, "Sec-Fetch-Site": site}
        assert client.request(method, "/test/who", headers=headers).status_code == 403


def test_the_token_in_a_form_counts_and_the_form_arrives_whole(client: Client) -> None:
    log_in(client)
    fields = {"csrf": csrf(client), "update": "x" * 100_000}
    assert client.post("/test/form", data=fields).json() == ["csrf", "update"]
    assert client.post("/test/form", data=fields, files={"file": b"\x00\xff"}).json() == [
        "csrf",
        "file",
        "update",
    ]
    assert client.post("/test/form", data={"update": "x"}).status_code == 403
    assert client.post("/test/form", files={"csrf": csrf(client).encode()}).status_code == 403
    assert client.post("/test/form", content=f"csrf={csrf(client)}").status_code == 403  # no form
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/test/form", content=b"--y", headers=broken).status_code == 403
    assert client.post("/test/form", data={"update": "x" * 17_000_000}).status_code == 413


def test_the_csrf_token_never_stands_there_twice(client: Client) -> None:
    log_in(client)
    shown = {csrf(client) for _ in range(5)}
    assert len(shown) == 5
    for token in shown:
        assert client.post("/test/who", headers={"X-CSRF-Token": token}).status_code == 200


def test_a_program_with_a_token_needs_no_csrf_token(client: Client, accounts: Accounts) -> None:
    token = accounts.issue("Edi")
    for form in ("Bearer ", "bearer ", "BEARER   "):
        assert client.post("/test/who", headers={"Authorization": form + token}).json() == "Edi EDITOR"
    assert client.post("/test/who", headers=bearer("automat")).json() == "token ADMINISTRATOR"
    log_in(client)
    assert client.post("/test/who", headers=bearer(token)).json() == "Edi EDITOR"  # the token goes before


@pytest.mark.parametrize(
    "given",
    [
        *(
            "Bearer falsch",
            "Bearer",
            "Bearer ",
            "Basic TGVuYTpL",
            "automat",
            "",
            "Bearer automat x",
            "Bearer Automat",
        ),
        *("Digest automat", "Bearer zg_" + "A" * 43, "Bearer \xff", "Bearer " + "x" * 10_000),
    ],
)
@pytest.mark.parametrize("address", ["/", "/suche?q=start-up", "/api/v1/search?q=start-up", "/test/who"])
def test_a_wrong_token_is_never_just_anonymous(client: Client, given: str, address: str) -> None:
    answer = client.get(address, headers={"Authorization": given.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "Start-up" not in answer.text and "no-store" in answer.headers["cache-control"]


def test_two_tokens_are_none(client: Client) -> None:
    headers = [("Authorization", "Bearer automat"), ("Authorization", "Bearer automat")]
    assert client.get("/test/who", headers=headers).status_code == 401


def test_a_wrong_token_is_told_on_a_page_for_people(client: Client) -> None:
    log_in(client)
    answer = client.get("/", headers={"Accept": "text/html"} | bearer("falsch"))
    assert answer.status_code == 401 and "Das Token gilt nicht" in answer.text
    assert INTERNAL not in answer.text


def test_a_role_may_what_those_before_it_may(client: Client, accounts: Accounts) -> None:
    def ask(headers: dict[str, str]) -> int:
        return int(client.post("/test/editor", content="x", headers=headers).status_code)

    assert ask({}) == 401
    assert client.post("/test/editor").headers["www-authenticate"] == "Bearer"
    assert ask(bearer(accounts.issue("Lena"))) == 403
    assert ask(bearer(accounts.issue("Edi"))) == ask(bearer("automat")) == 200
    refused = client.post("/test/editor", headers=bearer(accounts.issue("Lena"))).text
    assert "Bearbeitung" in refused and "Leserecht" in refused


def test_a_removed_user_is_out_with_the_next_request(client: Client, accounts: Accounts) -> None:
    token = accounts.issue("Lena")
    log_in(client)
    assert INTERNAL in client.get("/").text
    Accounts(accounts.file).remove("Lena")
    assert INTERNAL not in client.get("/").text
    assert client.get("/test/who", headers=bearer(token)).status_code == 401
    assert client.post("/anmelden", data={"name": "Lena", "password": PASSWORD}).status_code == 401


def test_what_a_visitor_gets_stays_in_no_cache(client: Client, accounts: Accounts) -> None:
    addresses = ("/", "/api/v1/figures", "/nix", "/netz", "/def", "/test/who", "/health", "/anmelden")
    for address in addresses:
        vary = client.get(address).headers["vary"]
        assert "Cookie" in vary and "Authorization" in vary
    assert "cache-control" not in client.get("/").headers
    assert "no-store" in client.get("/anmelden").headers["cache-control"]
    for address in addresses:
        answer = client.get(address, headers=bearer("automat"))
        assert answer.headers["cache-control"] == "private, no-store"
    answer = client.post("/anmelden", data={"name": "Lena", "password": PASSWORD})
    assert answer.headers["cache-control"] == "private, no-store"
    for address in addresses:
        assert client.get(address).headers["cache-control"] == "private, no-store"
    assert "cache-control" not in client.get("/static/zukunftsgraph.css").headers
    assert client.post("/test/who").headers["cache-control"] == "private, no-store"  # refused: no CSRF token


def test_nothing_secret_is_logged(
    client: Client, accounts: Accounts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = accounts.issue("Lena")
    for password in ("ganz geheimes Wort", PASSWORD):
        client.post("/anmelden", data={"name": "Lena", "password": password})
    client.get("/", headers=bearer(token))
    client.get("/", headers=bearer("geheim" + token))
    for secret in ("ganz geheimes", PASSWORD, token, client.cookies[COOKIE]):
        assert secret not in caplog.text
    assert PASSWORD not in repr(accounts.all())
    assert csrf(client) not in repr(Visitor("Lena", Role.READER, "ab" * 32)) and "ab" * 32 not in repr(
        Visitor("Lena", Role.READER, "ab" * 32)
    )


def test_a_login_form_is_small(client: Client) -> None:
    answer = client.post("/anmelden", data={"name": "Lena", "password": "x" * 20_000})
    assert answer.status_code == 413


def test_without_accounts_everybody_is_anonymous(tmp_path: Path) -> None:
    for accounts in (None, Accounts(tmp_path / FILE)):
        with Client(application(accounts), follow_redirects=False) as client:
            assert "keine Konten angelegt" in client.get("/anmelden").text
            client.cookies.set(COOKIE, "x")
            assert client.post("/test/who").json() == "anonymous"
            assert client.get("/test/who", headers=bearer("x")).status_code == 401
            assert client.post("/anmelden", data={"name": "L", "password": PASSWORD}).status_code in (
                401,
                404,
            )
            assert ("/anmelden" in client.get("/").text) == (accounts is not None)
    assert list(tmp_path.iterdir()) == []


def test_looking_at_a_password_holds_up_nobody(tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            begun.set()
            assert go_on.wait(20)
            return super().verify(hash, password)

    accounts = Accounts(tmp_path / FILE, hasher=Slow(time_cost=1, memory_cost=8, parallelism=1))
    accounts.add("Lena", Role.READER, PASSWORD)
    with Client(application(accounts), follow_redirects=False) as client:
        waiting = threading.Thread(target=log_in, args=(client,))
        waiting.start()
        assert begun.wait(20)
        assert client.get("/test/who").json() == "anonymous"
        go_on.set()
        waiting.join(20)
        assert client.get("/test/who").json() == "Lena READER"


def test_who_says_nothing_costs_next_to_nothing() -> None:
    scope = {"type": "http", "headers": [(b"accept", b"*/*")] * 20}  # no application: nothing else is asked
    assert visitor(Request(scope)) is known(Request(scope)) is None


class Inputs(HTMLParser):
    """What the form of a page would send, and where its header leads to log in."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.login = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("name") != "q":
            self.values[given["name"]] = given.get("value", "")
        if tag == "a" and given.get("class") == "who":
            self.login = given["href"]


@pytest.fixture
def base(app: FastAPI) -> Iterator[str]:
    """The service for a browser."""
    with listening(app) as address:
        yield address


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_logging_in_works_by_keyboard_and_for_everybody(browser: Browser, base: str, scheme: str) -> None:
    with Visit(browser, color_scheme=scheme, bypass_csp=True) as visit:
        page = visit.page

        def look() -> None:
            visit.has_no_barriers()
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                assert page.evaluate(FITS)

        page.goto(f"{base}/suche?q=start-up")
        assert page.get_by_text("Nichts gefunden").is_visible()
        page.get_by_role("link", name="Anmelden").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/anmelden**")
        look()
        page.get_by_label("Name", exact=True).focus()
        page.keyboard.type("Lena")
        page.keyboard.press("Tab")
        page.keyboard.type("falsch")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        look()
        assert page.evaluate("document.activeElement.id") == "password"
        assert page.get_by_label("Passwort").get_attribute("aria-describedby") == "fehler"
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/suche?q=start-up")
        assert page.get_by_role("main").get_by_text("Start-up-Treff für den Mittelstand").is_visible()
        look()
        page.emulate_media(media="print")
        assert page.get_by_text("Sie sehen auch interne Angaben").is_visible()
        assert not page.get_by_role("button", name="Abmelden").is_visible()
        page.emulate_media(media="screen")
        page.get_by_role("link", name="Lena").click()
        look()
        page.get_by_role("main").get_by_role("button", name="Abmelden").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Sie sind abgemeldet").wait_for()
        look()
        page.go_back()
        assert not page.get_by_text("Lena").first.is_visible()
