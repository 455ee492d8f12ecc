"""Promise: `exportnews help COMMAND` and `COMMAND --help` say all of every command."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from bot.cli.examples import EXAMPLES
from bot.cli.lazy import load
from bot.cli.table import COMMANDS
from bot.commands import help_words
from tests.whole.test_command_line import run


def _paths(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    under = getattr(command, "commands", {})
    if not under or command.invoke_without_command:
        yield name, command
    for word, one in under.items():
        yield from _paths(f"{name} {word}", one)


EVERY = dict(path for one in COMMANDS for path in _paths(one.name, load(one.module)[one.name]))


def test_every_command_has_an_example_that_it_takes_and_others_to_look_at() -> None:
    assert EXAMPLES.keys() == EVERY.keys()
    for path, command in EVERY.items():
        words = shlex.split(EXAMPLES[path].example)
        assert " ".join(words).startswith(path)
        command.make_context(path, words[len(path.split()) :], resilient_parsing=False)
        assert EXAMPLES[path].related
        assert set(EXAMPLES[path].related) <= EVERY.keys() - {path}


@pytest.mark.parametrize("path", EVERY)
def test_help_about_a_command_says_all_of_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    status, out, _ = run(capsys, "help", *path.split())
    assert status == 0
    assert f"Usage: exportnews {path}" in out
    assert f"Example: exportnews {EXAMPLES[path].example}" in out
    assert f"exportnews help {EXAMPLES[path].related[0]}" in out


@pytest.mark.parametrize("name", [one.name for one in help_words.COMMANDS])
def test_help_knows_the_commands_of_the_chat_too(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    status, out, _ = run(capsys, "help", name)
    assert status == 0
    assert name in out


def test_help_about_no_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "help", "quiett")
    assert (status, "did you mean `exportnews help quiet`?" in err) == (2, True)
    status, _, err = run(capsys, "help", "xyz")
    assert (status, "`exportnews help` lists all." in err) == (2, True)
