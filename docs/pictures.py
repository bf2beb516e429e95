"""The pictures of docs/tutorial.md: three people walk through the service in a browser, and at each stop one is taken.

    python docs/pictures.py [DATA_DIR]

A graph of the shipped data is built first, or the one in DATA_DIR is copied: what is judged on the way stays in the
copy. Every stop also checks that it shows what the tutorial says, so that a walk that no longer leads there fails.
"""

import io
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

PICTURES = Path(__file__).parent / "pictures"
MOST = 150_000
"""Bytes of a picture."""
COLOURS = (256, 128, 64)
WIDTH, HEIGHT, TALL = 1200, 800, 1000
PASSWORD = "ein-langes-passwort-zum-zeigen"
TOKEN = "ein-token-nur-fuer-diese-bilder-mit-genug-zeichen"
COMMAND = [sys.executable, "-c", "from api.cli import main; main()"]
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--lang=de-DE",
]  # fmt: skip
GERMAN = {**os.environ, "LANGUAGE": "de", "LANG": "de_DE.UTF-8"}
"""For the fields of dates, which the browser writes as its own language has them."""
PATIENCE = 300
"""Seconds that the first comparison may take."""


@dataclass(frozen=True)
class Walker:
    """Somebody in a browser: the page, where the service is, and where files go."""

    page: Page
    base: str
    folder: Path

    def take(self, name: str, until: Locator | None = None) -> None:
        """A picture of what is on the screen, from `until` on if that is given."""
        if until:
            until.evaluate("one => one.scrollIntoView({block: 'start', behavior: 'instant'})")
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(150)
        keep(self.page.screenshot(animations="disabled"), name)

    def download(self, press: Callable[[], None], name: str) -> Path:
        """The file that a link or button gives."""
        with self.page.expect_download(timeout=120_000) as download:
            press()
        target = self.folder / name
        download.value.save_as(target)
        return target


def keep(content: bytes, name: str) -> None:
    """Writes a picture with as many colours as its size allows."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    for colours in COLOURS:
        packed = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
        if packed.tell() <= MOST:
            break
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.png").write_bytes(packed.getvalue())


def strategist(walker: Walker) -> None:
    """Chooses Ludwigsburg, finds an overlap, has it judged, takes the report along."""
    page = walker.page
    page.goto(walker.base)
    page.get_by_label("Kreis wählen").select_option(label=first_option(page, "Landkreis Ludwigsburg"))
    page.get_by_role("button", name="Übernehmen").click()
    assert "district=08118" in page.url
    walker.take("strategie-1-ueberblick")
    page.get_by_role("link", name="Alle ansehen und eingrenzen").click()
    page.get_by_role("checkbox", name="Überschneidung").check()
    page.wait_for_url("**klasse=overlap**")
    walker.take("strategie-2-liste")
    page.locator("table.findings tbody a").first.click()
    walker.take("strategie-3-fall")
    page.get_by_role("link", name="Anmelden, um ein Urteil festzuhalten").click()
    page.get_by_label("Name", exact=True).fill("pruefung")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Anmelden").click()
    page.get_by_label("Wie hängen die beiden zusammen?").select_option("overlap")
    page.get_by_label("Was folgt daraus?").select_option("coordinate")
    page.get_by_label("Gremium oder Stelle").fill("Ausschuss für Umwelt und Technik")
    page.get_by_label("Rolle darin").fill("Geschäftsstelle")
    page.get_by_label("Grund", exact=True).fill(
        "Gleiche Zielgruppe, andere Form: vor dem nächsten Schritt abstimmen."
    )
    page.get_by_label("Wer sich kümmert").fill("Stabsstelle Strategie")
    page.get_by_label("Bis wann").fill("2027-03-31")
    page.get_by_label("Wer es sehen darf").select_option("public")
    page.set_viewport_size({"width": WIDTH, "height": TALL})
    walker.take("strategie-4-urteil", page.locator("#urteilen"))
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.get_by_role("button", name="Urteil festhalten").click()
    assert page.locator("#geschichte").count() == 1, page.locator("main").inner_text()
    walker.take("strategie-5-entschieden", page.locator("#stand"))
    page.goto(f"{walker.base}/bericht?district=08118")
    walker.take("strategie-6-bericht")
    walker.take("strategie-7-netz", page.locator("figure.picture").first)
    for form in ("PDF", "Word (DOCX)", "HTML"):
        link = page.locator(".downloads").get_by_role("link", name=form, exact=True)
        file = walker.download(link.click, f"bericht.{form[:4].lower().strip()}")
        assert file.stat().st_size > 20_000


def analyst(walker: Walker) -> None:
    """Takes a question of the library, changes it, draws it, takes it along, and does the same by curl."""
    page = walker.page
    page.goto(f"{walker.base}/abfragen")
    page.get_by_label("Wörter der Frage").fill("viele")
    page.get_by_role("button", name="Eingrenzen").click()
    page.get_by_role("link", name="Woran arbeiten viele?").wait_for()
    walker.take("analyse-1-sammlung")
    page.get_by_role("link", name="Woran arbeiten viele?").click()
    page.get_by_label("Mindestens so viele").fill("8")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+Home")
    page.wait_for_timeout(300)
    walker.take("analyse-2-frage")
    page.get_by_role("button", name="Abfrage ausführen").click()
    page.locator("#ergebnis").get_by_text("0 Zeilen").wait_for()
    walker.take("analyse-3-antwort", page.locator("#ergebnis"))
    text = page.locator("#anfrage").input_value() or ""
    assert "zg:Measure" in text
    page.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(text.replace("?measure a zg:Measure", "?measure a zg:Project"))
    page.get_by_label("Mindestens so viele").fill("2")
    page.get_by_role("button", name="Abfrage ausführen").click()
    page.get_by_text("Der Text wurde geändert.").wait_for()
    page.get_by_role("link", name="Diagramm").click()
    page.locator("#ergebnis svg").first.wait_for()
    walker.take("analyse-4-diagramm", page.locator("#ergebnis"))
    file = walker.download(page.get_by_role("link", name="Excel").first.click, "antwort.xlsx")
    rows = load_workbook(file).active.max_row
    page.get_by_text("Dasselbe auf der Befehlszeile").click()
    walker.take("analyse-5-curl", page.get_by_text("Alle Zeilen als Datei:"))
    command = page.locator("#ergebnis pre code").inner_text()
    said = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
    assert len(said.strip().splitlines()) == rows, (rows, said[:500])


def neighbour(walker: Walker) -> None:
    """Comes from another district: fetches the template, fills it, has it checked, sees what there is already."""
    page = walker.page
    page.goto(f"{walker.base}/daten")
    walker.take("mitmachen-1-daten")
    page.get_by_role("link", name="So macht Ihr Kreis mit").click()
    empty = walker.download(
        page.get_by_role("link", name="Excel-Datei mit Auswahllisten").click, "vorlage.xlsx"
    )
    wrong = {"Beginn": "bald", "Betrag in Euro": "rund 5.000"}
    right = {"Beginn": "01.2027", "Betrag in Euro": "5.000"}
    for name, last in (("massnahmen-entwurf", wrong), ("massnahmen", right)):
        filled(empty, walker.folder / f"{name}.xlsx", last)
    send(page, walker.folder / "massnahmen-entwurf.xlsx")
    walker.take("mitmachen-2-fehler", page.locator("#ergebnis"))
    send(page, walker.folder / "massnahmen.xlsx")
    page.locator("#aehnliches").wait_for()
    walker.take("mitmachen-3-aehnliches", page.locator("#ergebnis"))


def filled(empty: Path, target: Path, last: dict[str, str]) -> None:
    """The template with two measures; `last` are cells of the second."""
    book = load_workbook(empty)
    sheet = book["Maßnahmen"]
    head = next(row for row in sheet.iter_rows(max_row=12) if any(cell.value == "Titel *" for cell in row))
    places = {str(cell.value): cell.column for cell in head if cell.value}
    rows = (
        {"Titel *": "Beratung von Unternehmen zur Energieeffizienz",
         "Gebietskörperschaft *": "Landkreis Göppingen (08117)",
         "Beschreibung": "Betriebe lernen voneinander, wie sie Energie sparen, in einem Netzwerk mit Beratung."},
        {"Titel *": "Treffpunkt für Start-ups und Mittelstand",
         "Gebietskörperschaft *": "Landkreis Göppingen (08117)",
         "Beschreibung": "Regelmäßige Treffen bringen Gründerinnen und Gründer mit Betrieben zusammen.", **last},
    )  # fmt: skip
    start = head[0].row + 2  # below the example
    for number, row in enumerate(rows, start):
        for name, value in row.items():
            sheet.cell(number, places[name], value)
    book.save(target)


def send(page: Page, file: Path) -> None:
    page.set_input_files("#datei", file)
    page.get_by_role("button", name="Prüfen und vergleichen").click()
    page.locator("#ergebnis").wait_for()


def first_option(page: Page, beginning: str) -> str:
    """The whole text of the first choice that begins so."""
    for text in page.get_by_label("Kreis wählen").locator("option").all_inner_texts():
        if text.strip().startswith(beginning):
            return text.strip()
    raise AssertionError(f"{beginning} cannot be chosen")


@contextmanager
def service(data: Path) -> Iterator[str]:
    """The service on a data directory with an account for whoever judges, once the comparison is there."""
    subprocess.run(
        [*COMMAND, "user", "add", "pruefung", "--role", "reviewer", "--password-stdin", "--data-dir", str(data)],
        input=f"{PASSWORD}\n", text=True, check=True,
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {**os.environ, "ZUKUNFTSGRAPH_TOKEN": TOKEN}
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", str(port), "--data-dir", str(data)], env=settings
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for token in ("", TOKEN):  # both editions are compared
            for page in ("ueberschneidungen", "bericht", ""):
                ready(f"{base}/{page}?district=08118", token)
        yield base
    finally:
        process.terminate()
        process.wait(20)


def ready(address: str, token: str) -> None:
    """Waits until a page is there."""
    end = time.monotonic() + PATIENCE
    headers = {"Accept": "text/html"} | ({"Authorization": f"Bearer {token}"} if token else {})
    while time.monotonic() < end:
        with suppress(httpx2.TransportError):
            if httpx2.get(address, timeout=PATIENCE, headers=headers).status_code == 200:
                return
        time.sleep(1)
    raise TimeoutError(address)


WALKS = {"strategist": strategist, "analyst": analyst, "neighbour": neighbour}


def main(data: str = "", *names: str) -> None:
    """Walks all three, or those named."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder) / "data"
        if data:
            shutil.copytree(data, place)
        browser: Browser = playwright.chromium.launch(executable_path=found, args=FLAGS, env=GERMAN)
        with service(place) as base:
            for name in names or WALKS:
                context = browser.new_context(
                    viewport={"width": WIDTH, "height": HEIGHT}, locale="de-DE", accept_downloads=True
                )
                context.set_default_timeout(1000 * PATIENCE)
                WALKS[name](Walker(context.new_page(), base, Path(folder)))
                context.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
