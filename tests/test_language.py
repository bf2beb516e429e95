"""Two languages: the catalogue is whole and fresh, the addresses lead to the same page, numbers are spelt as people
do."""

import re
import struct
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st
from jinja2.lexer import TOKEN_BLOCK_BEGIN, TOKEN_DATA, TOKEN_NAME
from sample import Client, sample_service

from api import language as spoken
from api import navigation
from api.app import create_app
from api.legal import blocks, legal
from api.settings import Settings
from api.templating import environment, static
from graph import spelling
from graph.errors import WrongSetting
from graph.language import _, best, language, ngettext, preference, speaking

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "graph" / "locale" / "en" / "LC_MESSAGES" / "zukunftsgraph.po"
PACKAGES = ("api", "graph", "queries", "visualizations")
PLACEHOLDER = re.compile(r"%\((\w+)\)s|\{(\w+)[^{}]*\}")
NAMES = {
    "Zukunftsgraph",
    "SPARQL",
    "OpenAPI",
    "JSON",
    "CSV",
    "XLSX",
    "PNG",
    "SVG",
    "GEXF",
    "GraphML",
    "RDF",
    "Turtle",
}
NAMES |= {
    "HTML",
    "PDF",
    "DOCX",
    "NAME",
    "https",
    "w3id",
    "org",
    "zukunftsgraph",
    "def",
    "zg",
    "user",
    "add",
    "role",
    "reader",
}
NAMES |= {
    "Accept",
    "URL",
    "IRI",
    "KB",
    "TriG",
    "XML",
    "curl",
    "API",
    "Python",
    "Excel",
    "CC0",
    "EUPL",
    "ZUKUNFTSGRAPH",
}
"""Words of templates that are the same in both languages."""
SAID = re.compile(r'(?:aria-label|placeholder|title|alt|data-label)="([^"]*)"')


@pytest.fixture(scope="module")
def english() -> Catalog:
    """The catalogue as it is kept."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", domain="zukunftsgraph")


@pytest.fixture(scope="module")
def messages() -> set[object]:
    """Every message of the code and the templates; one with a plural is a pair."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {**DEFAULT_KEYWORDS, "Unknown": (1,)}
    found: set[object] = set()
    for package in PACKAGES:
        for _file, _line, message, _comments, _context in extract_from_dir(
            ROOT / package, methods, options, keywords
        ):
            found.add(message)
    return found


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(create_app(sample_service()))


def test_every_message_has_english_words(english: Catalog, messages: set[object]) -> None:
    kept = {message.id for message in english if message.id}
    assert messages - kept == set(), "make messages, then translate"
    assert kept - messages == set(), "make messages"
    assert [m.id for m in english if m.id and (m.fuzzy or not all(_strings(m.string)))] == []


def test_translations_have_the_same_placeholders(english: Catalog) -> None:
    for message in english:
        if message.id:
            wanted = _placeholders(_strings(message.id)[-1])
            *ones, last = _strings(message.string)
            assert _placeholders(last) == wanted, message.id
            assert all(_placeholders(one) <= wanted for one in ones), message.id  # "once" needs no number


def test_translations_are_as_safe_as_their_originals(english: Catalog) -> None:
    """They stand in attributes and between tags as they are: no quotation mark, no tag that the German has not."""
    for message in english:
        if message.id:
            ours = "".join(_strings(message.id))
            for text in _strings(message.string):
                assert '"' not in text or '"' in ours, message.id
                assert set(re.findall(r"</?\w+", text)) <= set(re.findall(r"</?\w+", ours)), message.id


def test_the_compiled_catalogue_is_fresh(english: Catalog) -> None:
    made = BytesIO()
    write_mo(made, english)
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        assert _compiled(file.read()) == _compiled(made.getvalue()), "make messages"


@pytest.mark.parametrize("name", sorted(environment().list_templates()))
def test_no_template_says_anything_in_german_alone(name: str) -> None:
    source, _path, _fresh = environment().loader.get_source(environment(), name)  # type: ignore[union-attr]
    said, inside, block = [], False, ""
    for _line, kind, value in environment().lex(source):
        if kind == TOKEN_BLOCK_BEGIN:
            block = ""
        elif kind == TOKEN_NAME and not block:
            block = value
            inside = value in ("trans", "pluralize") or (inside and value != "endtrans")
        elif kind == TOKEN_DATA and not inside:
            said.append(value)
    text = " ".join(said)
    attributes = " ".join(SAID.findall(text))
    plain = re.sub(r"<(script|style|code|pre|svg)\b.*?</\1>", " ", text, flags=re.DOTALL)
    plain = re.sub(r"<[^>]*>", " ", plain, flags=re.DOTALL)
    words = set(re.findall(r"[A-Za-zÄÖÜäöüß]{3,}", re.sub(r"&\w+;", " ", f"{plain} {attributes}")))
    assert words - NAMES == set()


@pytest.mark.parametrize(
    "address", ["/", "/suche?q=birke", "/def", "/impressum", "/datenschutz", "/barrierefreiheit"]
)
def test_every_page_is_there_in_both_languages(client: Client, address: str) -> None:
    for lang, root in (("de", ""), ("en", "/en")):
        answer = client.get(root + address, headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert answer.headers["content-language"] == lang and f'<html lang="{lang}">' in answer.text
        for other, beginning in (("de", ""), ("en", "/en")):
            assert f'hreflang="{other}" href="{beginning}{address}"' in answer.text


def test_english_pages_stay_english(client: Client) -> None:
    text = client.get("/en/suche?q=birke", headers={"Accept": "text/html"}).text
    assert "Imprint" in text and "Impressum" not in text
    links = re.findall(r'(?:href|action)="(/[^"]*)"', text)
    outside = [link for link in links if not link.startswith(("/en/", "/static/"))]
    assert outside == ["/suche?q=birke"] * len(outside)


def test_english_behind_a_proxy_keeps_its_root() -> None:
    with Client(create_app(sample_service()), root_path="/graph") as client:
        text = client.get("/graph/en/", headers={"Accept": "text/html"}).text
        assert 'href="/graph/en/ueberschneidungen' in text and 'href="/graph/static/' in text
        assert 'hreflang="de" href="/graph/"' in text


def test_the_address_of_a_language_gets_its_stroke(client: Client) -> None:
    answer = client.get("/en?a=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, "/en/?a=1")
    assert client.get("/england", headers={"Accept": "text/html"}).headers["content-language"] == "de"


def test_errors_are_said_in_the_language_of_the_address(client: Client) -> None:
    answer = client.get("/en/nix", headers={"Accept": "application/json"})
    assert answer.status_code == 404 and answer.headers["content-language"] == "en"
    assert answer.json()["title"] == "Not found"
    assert client.get("/nix", headers={"Accept": "application/json"}).json()["title"] == "Nicht gefunden"


def test_files_are_kept_for_good_only_under_the_address_of_what_they_hold(client: Client) -> None:
    assert "immutable" in client.get(static("site.js")).headers["cache-control"]
    assert "immutable" not in client.get("/static/site.js").headers.get("cache-control", "")
    assert client.get("/en" + static("site.js")).status_code == 200


def test_numbers_dates_and_money() -> None:
    values = (72577, "1234.5", "x", None)
    assert [spelling.number(value) for value in values] == ["72.577", "1.234,5", "x", "unbekannt"]
    assert [_plain(spelling.money(value)) for value in (72577, "0.5", None)] == [
        "72.577 €",
        "0,50 €",
        "unbekannt",
    ]
    dates = ("2025-01-14", "2024-10", "2023", "Herbst 2025", "2025-02-31")
    assert [spelling.date(value) for value in dates] == ["14. Januar 2025", "Oktober 2024", *dates[2:]]
    assert (spelling.percent(0.734), spelling.strength(0.9)) == ("73 %", "sehr stark")
    assert [spelling.percent(share) for share in (0, 0.001, 0.997, 1)] == ["0 %", "1 %", "99 %", "100 %"]
    with speaking("en"):
        assert [spelling.number(value) for value in values] == ["72,577", "1,234.5", "x", "unknown"]
        assert [spelling.money(value) for value in (72577, "0.5")] == ["€72,577", "€0.50"]
        assert [spelling.date(value) for value in dates[:2]] == ["14 January 2025", "October 2024"]
        assert spelling.percent(0.734) == "73%"
    assert language() == "de"


@given(
    number=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)
)
def test_no_digit_is_lost(number: object) -> None:
    with speaking("en"):
        assert float(spelling.number(number).replace(",", "")) == float(str(number))


def test_labels_fall_back() -> None:
    labels = {"de": "Kreis", "en": "district", "fr": "arrondissement"}
    assert best(labels) == "Kreis" and best({"fr": "x"}) == "x" and best({}, "urn:x") == "urn:x"
    with speaking("en"):
        assert best(labels) == "district" and best({"de": "Kreis"}) == "Kreis"
        assert sorted(labels, key=preference) == ["en", "de", "fr"]
    with speaking("tlh"):
        assert language() == "de"


def test_plurals() -> None:
    assert [ngettext("{n} Befund", "{n} Befunde", n).format(n=n) for n in (1, 2)] == ["1 Befund", "2 Befunde"]
    assert _("") == ""


def test_the_menu_knows_where_one_is() -> None:
    assert navigation.place("/")[1] == navigation.PAGES[0]
    group, entry = navigation.place("/ueberschneidungen/a-b")
    assert group is not None and entry is not None and entry.address == "/ueberschneidungen"
    assert navigation.place("/anmelden") == (None, None)
    assert len({page.address for page in navigation.PAGES}) == len(navigation.PAGES)


def test_legal_pages_come_from_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "impressum.txt"
    file.write_text("# Verantwortlich\nLandratsamt Ahorn\n\n- https://example.org/x.\n", encoding="utf-8")
    (tmp_path / "impressum.en.txt").write_text("# Responsible", encoding="utf-8")
    given_ = legal(Settings(imprint=str(file), privacy="https://example.org/privacy"))
    assert given_["privacy"] == "https://example.org/privacy" and "Ahorn" in given_["imprint"]
    assert given_["imprint.en"] == "# Responsible"
    assert [block.kind for block in blocks(given_["imprint"])] == ["h2", "p", "ul"]
    assert blocks(given_["imprint"])[2].lines == (("", "https://example.org/x", "."),)
    with pytest.raises(WrongSetting, match="ZUKUNFTSGRAPH_PRIVACY"):
        legal(Settings(privacy=str(tmp_path / "nix.txt")))


@given(path=st.text(max_size=30))
def test_any_path_is_heard(path: str) -> None:
    scope, lang = spoken.heard({"type": "http", "path": f"/{path}", "root_path": ""})
    assert lang in ("de", "en") and spoken.base(scope) == ""
    assert spoken.heard(scope)[1] == lang


def _strings(text: object) -> list[str]:
    return [text] if isinstance(text, str) else list(text)  # type: ignore[call-overload]


def _placeholders(text: str) -> set[str]:
    return {one or other for one, other in PLACEHOLDER.findall(text)}


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def _compiled(raw: bytes) -> dict[bytes, bytes]:
    """The messages of a `.mo` file without its header, which tells when it was made."""
    _magic, _version, count, keys, values = struct.unpack_from("<5I", raw)
    found = {}
    for number in range(count):
        length, start = struct.unpack_from("<2I", raw, keys + 8 * number)
        size, place = struct.unpack_from("<2I", raw, values + 8 * number)
        found[raw[start : start + length]] = raw[place : place + size]
    found.pop(b"", None)
    return found
