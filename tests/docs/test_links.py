"""Promise: every link and picture of the documents leads to what is there; README is short."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.docs.lines import pages
from tests.docs.named import ROOT

SCREEN = 55
"""Lines that a screen shows, pictures not counted."""


@cache
def anchors(page: Path) -> frozenset[str]:
    """Give the names of a page's headings, as its address has them behind the #."""
    tokens = MarkdownIt("commonmark").parse(page.read_text("utf-8"))
    titles = [after.content for before, after in pairwise(tokens) if before.type == "heading_open"]
    kept = [re.sub(r"[^\w\- ]", "", title.lower()) for title in titles]
    return frozenset(title.replace(" ", "-") for title in kept)


def targets(page: Path) -> list[str]:
    parser = MarkdownIt("commonmark").enable("table")
    inline = [
        child for token in parser.parse(page.read_text("utf-8")) for child in token.children or []
    ]
    found = [str(child.attrs.get("href") or child.attrs.get("src") or "") for child in inline]
    return [one for one in found if one and "://" not in one]


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in targets(page):
        path, _, anchor = target.partition("#")
        led_to = (page.parent / path).resolve() if path else page
        assert led_to.exists(), target
        assert not anchor or anchor in anchors(led_to), target


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        led_to = [(page.parent / target.partition("#")[0]).resolve() for target in targets(page)]
        waiting += [one for one in led_to if one.is_file()]
    assert {str(page.relative_to(ROOT)) for page in set(pages()) - reached} == set()


def test_every_picture_is_shown_somewhere() -> None:
    shown = {(page.parent / target).resolve() for page in pages() for target in targets(page)}
    assert [one.name for one in (ROOT / "docs" / "images").iterdir() if one not in shown] == []


def test_the_readme_is_two_screens() -> None:
    lines = [line for line in (ROOT / "README.md").read_text("utf-8").splitlines() if line.strip()]
    assert len([line for line in lines if not line.startswith("![")]) <= 2 * SCREEN
