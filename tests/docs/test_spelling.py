"""Promise: what the product says in its own words is in British spelling.

Names keep theirs: what stands in code, in quotation marks or as an address is left out, as are
ids (`forced-labor`), words of other people's interfaces (`Authorization`) and official names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.news.taxonomy import load_taxonomy
from tests.docs.named import ROOT

SOURCES = [
    path
    for room in ("bot", "handlers")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "migrations" not in path.parts
]
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", ".env.example")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "handlers").rglob("*.html")),
    *sorted((ROOT / "bot" / "demo").rglob("*.html")),
]

AMERICAN = re.compile(
    r"(?<![-\w.=:/$@])(?:un|re|mis|de)?(?:"
    r"licenses|defense|labor|favor|color|behavior|neighbor|honor|gray|catalogs?|fulfill|judgment"
    r"|acknowledgment|center(?:s|ed)?|meters?|labeled|labeling|canceled|canceling|traveled"
    r"|modeled|signaled|totaled|skeptical|toward(?!s)|analyz(?:e[ds]?|ing)"
    r"|(?:recogn|organ|normal|custom|summar|initial|serial|optim|minim|maxim|author|apolog|emphas"
    r"|categor|prior|material|sanit|synchron|local|memor|random|final|util|standard|special)"
    r"iz(?:e[drs]?|ing|ations?)"
    r")s?(?![-\w=(/])",
    re.IGNORECASE,
)
NOUN = re.compile(r"(?<![-\w])(?:an?|the|its|their|export|general|every|no|this)\s+license\b")
"""The noun is a licence; "to license" is spelt as in America."""

OFFICIAL = re.compile(
    r"(?:Directorate of )?Defense Trade Controls|State, defense trade|Department of Defense"
    r"|Uyghur Forced Labor Prevention Act|End-User Authorizations?|Teams admin center"
    r"|MIT License",
    re.IGNORECASE,
)
"""Names that are spelt as those who bear them spell them."""

QUOTED = re.compile(
    r"```.*?```|<style>.*?</style>|`[^`]*`|“[^”]*”|\"[^\"\n]*\"|<[^>]*>|https?://\S+|\]\([^)]*\)|\{[{%].*?[%}]\}",
    re.DOTALL,
)


NO_PROSE = re.compile(r"\\[bws]|\(\?|\bSELECT\b")
"""What patterns and statements of SQL have, and sentences have not."""


def american(text: str) -> list[str]:
    """Give the words of a text that are spelt in the American way, but for names."""
    text = OFFICIAL.sub(" ", QUOTED.sub(" ", text))
    return [found.group() for wrong in (AMERICAN, NOUN) for found in wrong.finditer(text)]


def said_in(source: str) -> Iterator[tuple[int, str]]:
    """Give the strings of a module that are sentences: docstrings, and what people are told."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Constant):
            continue
        said = node.value
        if isinstance(said, str) and said.count(" ") >= 2 and not NO_PROSE.search(said):
            yield node.lineno, said


def test_the_code_speaks_british() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {word}"
        for path in SOURCES
        for line, text in said_in(path.read_text("utf-8"))
        for word in american(text)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_pages_are_british(path: Path) -> None:
    assert american(path.read_text("utf-8")) == []


def test_the_topics_are_called_and_defined_in_british() -> None:
    for topic in load_taxonomy().topics:
        for text in (topic.title, topic.definition, topic.excludes):
            assert american(text) == []


def test_american_readers_find_the_topics_too() -> None:
    taxonomy = load_taxonomy()
    for word, topic in (("forced labor", "forced-labor"), ("defense trade", "defense-trade")):
        found = taxonomy.resolve(word)
        assert found is not None
        assert found.id == topic


def test_a_word_is_told_from_a_name() -> None:
    said = "We analyze the behavior of a license. Licenses organize programs."
    assert american(said) == ["analyze", "behavior", "Licenses", "organize", "a license"]
    kept = (
        "`forced-labor`, “defense”, the Uyghur Forced Labor Prevention Act, background-color: red"
    )
    assert american(kept) == []
