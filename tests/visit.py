"""A visit with a real browser, and what every page owes to whoever comes with one."""

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.types import ASGIApp

Look = dict[str, Any]
"""What `emulate_media` is told."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DARK: Look = {"color_scheme": "dark"}
FORCED: Look = {"color_scheme": "light", "forced_colors": "active"}
FITS = "document.documentElement.scrollWidth <= innerWidth"
"""Whether nobody has to scroll sideways."""


@contextmanager
def listening(app: ASGIApp, **options: Any) -> Iterator[str]:
    """The address at which a thread serves an application; `options` are uvicorn's."""
    usual: dict[str, Any] = {"log_level": "warning", "server_header": False, "lifespan": "on", "ws": "none"}
    server = uvicorn.Server(uvicorn.Config(app, port=0, **usual | options))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium of this machine; without one the test is skipped, in CI it fails."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        message = "Kein Chromium gefunden: die Tests im Browser laufen nicht (apt-get install chromium)."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


class Visit:
    """A page that notes every request and every complaint of the browser."""

    def __init__(self, browser: Browser, width: int = 1280, **options: object) -> None:
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append(dialog.message), dialog.dismiss()))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def has_no_barriers(self, *looks: Look) -> None:
        """Fails with axe's report where axe finds something; the same page is then looked at in other colours."""
        report = Axe().run(self.page)
        assert report.violations_count == 0, report.generate_report()
        for look in looks:
            self.page.emulate_media(**look)
            report = Axe().run(self.page, options={"runOnly": ["color-contrast"]})
            assert report.violations_count == 0, report.generate_report()

    def stays_within(self, base: str, expected: str | None = None) -> None:
        """Fails where others were asked, the browser complained of what is not expected, or the page is too wide."""
        assert [url for url in self.requests if not url.startswith((base, "data:"))] == []
        assert [text for text in self.complaints if expected is None or expected not in text] == []
        assert self.page.evaluate(FITS)
