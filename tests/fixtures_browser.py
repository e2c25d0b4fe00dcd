"""A real Chromium against the live server.

A page fails its test when the browser's console said anything: that is how a breach
of the content security policy shows. ``axe`` runs the accessibility rules.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from spine_cds.accounts.models import User
from tests.services import chromium

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 375, "height": 812}
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def browser_instance(django_db_setup):
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and the ORM is used beside it.
    # Django would open another connection there; the test database has this one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    connection = connections["default"]
    with sync_playwright() as playwright:
        connections["default"] = connection
        browser = playwright.chromium.launch(
            executable_path=chromium.path(),
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(live_server, browser_instance) -> Iterator[Callable[..., object]]:
    """open_page(user, path, size=DESKTOP, javascript=True, expect=()) -> Page.

    The user is signed in already (None: nobody). ``expect`` holds parts of console
    messages that the test provokes on purpose, as the 403 of a refused request.
    """
    contexts = []
    complaints: list[str] = []

    def open_page(
        user: User | None,
        path: str = "/",
        *,
        size: dict[str, int] = DESKTOP,
        javascript: bool = True,
        expect: tuple[str, ...] = (),
    ):
        context = browser_instance.new_context(
            viewport=size,
            base_url=live_server.url,
            java_script_enabled=javascript,
            locale="en-GB",
            # Each scroll is done at once: a smooth one takes a second and a half.
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if user is not None:
            context.add_cookies([_session_cookie(user, live_server.url)])
        page = context.new_page()

        def hear(text: str) -> None:
            if not any(part in text for part in expect):
                complaints.append(f"{page.url}: {text}")

        page.on("console", lambda message: hear(message.text))
        page.on("pageerror", lambda error: hear(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "the browser's console is not silent:\n" + "\n".join(
        complaints
    )


def _session_cookie(user: User, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """axe(page): no breach of WCAG 2.2 A and AA, nor of axe's best practices."""
    source = AXE.read_text(encoding="utf-8")

    def axe(page) -> None:
        page.evaluate(source)
        options = {"runOnly": {"type": "tag", "values": AXE_TAGS}}
        result = page.evaluate("options => axe.run(document, options)", options)
        breaches = [
            f"{breach['id']} ({breach['impact']}): {breach['help']}\n    "
            + "\n    ".join(node["html"][:200] for node in breach["nodes"])
            for breach in result["violations"]
        ]
        assert not breaches, f"axe on {page.url}:\n" + "\n".join(breaches)

    return axe


@pytest.fixture(scope="session")
def fits() -> Callable[..., None]:
    """fits(page): nothing makes the page scroll sideways."""

    def fits(page) -> None:
        wide, view = page.evaluate(
            "[document.documentElement.scrollWidth, "
            "document.documentElement.clientWidth]"
        )
        assert wide <= view, f"{page.url} is {wide} px wide in a view of {view} px"

    return fits
