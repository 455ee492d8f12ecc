"""A real browser for tests: Debian's Chromium through Playwright, where there is one."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, Page, async_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
BROWSER_MARKS = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Give a headless Chromium, one for a module; skip where there is none that starts.

    Import it into the module, and mark its tests with `BROWSER_MARKS`.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        except Error as error:
            pytest.skip(f"Chromium does not start here: {error.message.splitlines()[0]}")
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def open_page(browser: Browser, url: str, **context: object) -> AsyncIterator[Page]:
    """Give a page at `url`; fails the test at the end when the page had an error.

    `context`: Playwright's options of a browser context (viewport, color_scheme, timezone_id).
    """
    page = await browser.new_page(**context)  # type: ignore[arg-type]
    page.set_default_timeout(15_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if message.type == "error" else None,
    )
    try:
        await page.goto(url)
        yield page
        assert errors == []
    finally:
        await page.close()
