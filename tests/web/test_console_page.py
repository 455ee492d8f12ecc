"""Promise: the console can be used with a phone, a keyboard, a screen reader, in dark and light."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Response

from bot.subscriptions.model import Actor, ChannelRef
from tests.support.browser import BROWSER_MARKS, browser, open_page
from tests.web.site import TOKEN, Site, open_site
from tests.web.test_console import PAGES, a_dead_delivery

__all__ = ["browser"]
pytestmark = BROWSER_MARKS

PHONE = {"viewport": {"width": 375, "height": 720}, "has_touch": True}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filled(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("console")
    file = folder / "console.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    async with open_site(f"sqlite+aiosqlite:///{file}", folder) as site:
        await a_dead_delivery(site)
        ref = ChannelRef("slack", "T1", "C1")
        wants = site.bot.engine.subscriptions
        await wants.subscribe(ref, Actor("U1", "Anna", admin=True), ["entity-list"])
        yield site


STORIES = ("/stories/1", "/?topic=entity-list", "/?q=firms")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*PAGES, *STORIES, "/sign-in", "/?q=nothing+has+these+words"])
async def test_axe_finds_nothing(browser: Browser, filled: Site, path: str, scheme: str) -> None:
    async with open_page(browser, filled.address + path, color_scheme=scheme) as page:
        found = (await Axe().run(page)).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_where_no_page_is(
    browser: Browser, filled: Site, scheme: Literal["light", "dark"]
) -> None:
    page = await browser.new_page(color_scheme=scheme)  # which calls a 404 an error of the page
    await page.goto(f"{filled.address}/nothing")
    found = (await Axe().run(page)).response["violations"]
    await page.get_by_role("link", name="To the latest stories").press("Enter")
    await page.get_by_role("heading", name="Latest stories").wait_for()
    await page.close()
    assert found == []


async def test_axe_finds_nothing_in_the_form_for_the_token(
    browser: Browser, sqlite_url: str, tmp_path: Path
) -> None:
    async with (
        open_site(sqlite_url, tmp_path, exportnews_admin_token=TOKEN) as site,
        open_page(browser, f"{site.address}/sign-in") as page,
    ):
        await page.get_by_label("Admin token").wait_for()
        assert (await Axe().run(page)).response["violations"] == []


async def test_a_browser_finds_all_that_a_page_names(browser: Browser, filled: Site) -> None:
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    async with open_page(browser, f"{filled.address}/sign-in") as page:
        page.on("response", note)
        for path in (*PAGES, "/healthz"):
            await page.goto(filled.address + path)
        icon = await page.request.get(f"{filled.address}/favicon.ico")
        await page.goto(filled.address)
        drawn = await page.evaluate(
            "new Promise(tell => { const icon = new Image(); icon.onload = () => tell(icon.width);"
            " icon.onerror = () => tell(0);"
            " icon.src = document.querySelector('link[rel=icon]').href })"
        )
    assert [each.url for each in answers if each.status >= 400] == []
    assert icon.headers["content-type"].startswith("image/svg+xml")
    assert drawn > 0, "the pages' policy lets it be shown"


@pytest.mark.parametrize("path", [*PAGES, *STORIES])
async def test_nothing_is_wider_than_a_phone(browser: Browser, filled: Site, path: str) -> None:
    async with open_page(browser, filled.address + path, **PHONE) as page:
        wide: Any = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 375


async def test_a_search_and_a_retry_need_only_the_keyboard(browser: Browser, filled: Site) -> None:
    async with open_page(browser, filled.address) as page:
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.className") == "skip"
        await page.get_by_label("Search the archive").press_sequentially("firms")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="1 found").wait_for()
        await page.get_by_role("link", name="Deliveries").press("Enter")
        retry = page.get_by_role("button", name="Send delivery 1 again")
        await retry.press("Enter")
        said = page.get_by_role("status")
        await said.wait_for()
        assert await said.inner_text() == "Delivery 1 will be sent again."
