"""Promise: whatever is typed after any command, the answer is sentences and a status, no trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.cli.lazy import load
from bot.cli.table import COMMANDS
from tests.whole.test_command_line import run

STAY = {"run", "worker", "web", "demo", "doctor"}
"""Commands that go on for long or ask others; only what they refuse at once is tried."""

ODD = {
    "bytes that are no text": "T\udcff",
    "nothing": "",
    "a space": " ",
    "a number without end": "9" * 30,
    "a negative number": "-99999999999999999999",
    "a word without end": "x" * 70_000,
    "control characters": "a\x1b[31m\u202eb",
    "half a character": "\ud800",
    "a path that is none": "/nowhere/\udcff/x",
}
PLAIN = {"topics": "sanctions", "channel": "C1", "workspace": "T1", "term": "Acme Widgets"}
PLAIN["file"] = "missing"


def leaves() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give every command with its words."""

    def below(words: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
        if not hasattr(command, "commands"):
            yield words, command
            return
        if command.invoke_without_command:
            yield words, command
        for name, one in command.commands.items():
            yield from below((*words, name), one)

    for listed in COMMANDS:
        yield from below((listed.name,), load(listed.module)[listed.name])


def lines_with(value: str, command: Any) -> Iterator[list[str]]:
    """Give the words after a command, with this value in each place that takes one."""
    taking = [one for one in command.params if not getattr(one, "is_flag", False)]
    for odd in taking:
        words: list[str] = []
        for one in command.params:
            is_option = one.param_type_name == "option"
            if one is odd:
                words += [f"{one.opts[0]}={value}"] if is_option else ["--", value]
            elif one in taking and (one.required or one.name == "workspace"):
                plain = PLAIN.get(one.name, "x")
                words = [one.opts[0], plain, *words] if is_option else [*words, plain]
        yield words


@pytest.mark.parametrize("kind", ODD)
def test_odd_words_are_answered_in_sentences(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sqlite_url: str,
    tmp_path: Path,
    kind: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sqlite_url.replace("+aiosqlite", ""))
    monkeypatch.setattr("sys.stdin", (tmp_path / "empty").open("w+"))
    tried = 0
    for words, command in leaves():
        for more in lines_with(ODD[kind], command):
            if words[0] in STAY and not any("port" in one for one in more):
                continue
            for left in tmp_path.iterdir():
                if left.is_file() and "sqlite" not in left.name:
                    left.unlink()
            status, _, err = run(capsys, *words, *more)
            assert status in {0, 1, 2}, (words, more[:3])
            assert "Traceback" not in err
            assert "\x1b" not in err, (words, err)
            assert status == 0 or err.strip(), (words, more[:3])
            assert err.count("\n") <= 2, (words, err)
            tried += 1
    assert tried > 50


def test_odd_values_in_a_file_stop_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    database_url: str,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    file = tmp_path / "news.jsonl"
    lines: list[dict[str, object]] = [{"id": 10**40, "title": "t", "source": "S"}]
    for number, odd in enumerate(("a\0b", "\ud800 x", "9" * 40, "x" * 100_000)):
        for name in ("id", "title", "summary", "content", "url", "source"):
            plain = {"id": f"{number}{name}", "title": f"BIS adds firm {number}{name}"}
            lines.append({**plain, "source": "Wire", name: odd})
    ends = ("0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00")
    lines += [{"id": at, "title": "t", "published": at} for at in ends]
    file.write_text("\n".join(json.dumps(line) for line in lines))
    for command in ("import", "classify", "stories"):
        status, out, err = run(capsys, command, str(file))
        assert status == 0, err
        if command != "import":
            assert len(out.splitlines()) == len(lines)
    _, out, _ = run(capsys, "search", "firm")
    assert "BIS adds firm" in out
    for words in (("search", "a\0b"), ("audit", "--since", "9999-12-31")):
        status, _, err = run(capsys, *words)
        assert (status, "Traceback" in err) == (0, False), (words, err)
