"""The command lines of README and docs: as they stand there, and what they are called with."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from tests.docs.named import ROOT

_BEGINS = re.compile(
    r"(?:\w+=\S+ )*(?:exportnews|python|pip|pip-audit|cyclonedx-py|docker|systemctl|sudo|"
    r"journalctl|curl|useradd|install|echo|export|git|pg_\w+|\.ci/\w+)(?![\w.:-])"
)
_COMMENT = re.compile(r"\s+#\s.*$")


@dataclass(frozen=True, slots=True)
class Line:
    """One command line. `whole`: it stands in a block, to be copied, and not within a sentence."""

    page: str
    text: str
    whole: bool

    @property
    def calls(self) -> list[list[str]]:
        """The words of each `exportnews` call in it, without the program's name."""
        parts = re.split(r"\s*(?:&&|\||;)\s*", self.text.replace("[", "").replace("]", ""))
        words = [shlex.split(part.split(" > ")[0]) for part in parts]
        return [one[1:] for one in words if one[:1] == ["exportnews"]]


def pages() -> list[Path]:
    """Give README and every page of docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def command_lines() -> list[Line]:
    """Give every command line of every page, each once."""
    found: dict[tuple[str, str], Line] = {}
    for path in pages():
        page = str(path.relative_to(ROOT))
        for line in _lines_of(page, path.read_text("utf-8")):
            found.setdefault((line.page, line.text), line)
    return list(found.values())


def _lines_of(page: str, text: str) -> Iterator[Line]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type in {"fence", "code_block"} and token.info in {"", "sh"}:
            for line in token.content.replace("\\\n", " ").splitlines():
                if _BEGINS.match(line.strip()):
                    yield Line(page, _tidy(line), whole=True)
        for child in token.children or []:
            if child.type == "code_inline" and _BEGINS.match(child.content):
                yield Line(page, _tidy(child.content), whole=False)


def _tidy(line: str) -> str:
    return " ".join(_COMMENT.sub("", line.strip()).split())
