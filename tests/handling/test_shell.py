"""Promise: feedback, reminders and why are at hand in the shell too."""

from __future__ import annotations

import asyncio
import json
from datetime import date

import pytest

from bot.cli.opening import open_database
from bot.handling.dates import Reminding, remind, upcoming
from tests.commands.desk import ANN
from tests.handling.team import HERE, LINK, TITLE, Team
from tests.support.clock import SetClock
from tests.whole.test_command_line import run

PLACE = ("--workspace", HERE.workspace, "--channel", HERE.channel)


@pytest.fixture
def entry(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """An alerted article, and a reminder of its date."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("COLUMNS", "200")

    async def fill() -> int:
        async with open_database() as db:
            team = Team(db, SetClock())
            await team.begin()
            on = (await _dates(team))[0]
            asked = Reminding(team.entry, on, "effective", 1, "channel", HERE.channel, "UTC")
            await remind(db, HERE, asked, ANN)
            return team.entry

    return asyncio.run(fill())


async def _dates(team: Team) -> list[date]:
    return [one.on for one in (await upcoming(team.db, team.entry))[1]]


def test_feedback_is_given_listed_and_taken_back(
    capsys: pytest.CaptureFixture[str], entry: int
) -> None:
    assert "Nobody has said anything" in run(capsys, "feedback", "list")[1]
    wrong = (LINK, "--verdict", "wrong-topic", "--topic", "blacklist")
    assert run(capsys, "feedback", "add", *wrong)[1].startswith("Noted: entity-list is wrong for")
    assert run(capsys, "feedback", "add", *wrong)[1].startswith("Noted already")
    here = (str(entry), "--verdict", "not-relevant", "--channel", "#here")
    assert run(capsys, "feedback", "add", *here)[1].startswith("Noted: not relevant for")
    found = json.loads(run(capsys, "feedback", "list", "--json")[1])
    said = {(one["verdict"], one["topic"], one["channel"]) for one in found}
    assert said == {("wrong-topic", "entity-list", None), ("not-relevant", None, "C0HERE")}
    assert {(one["actor"], one["title"]) for one in found} == {("cli", TITLE)}
    shown = run(capsys, "feedback", "list")[1]
    assert "wrong topic: entity-list" in shown
    assert "an operator" in shown
    rows = json.loads(run(capsys, "evaluate", "--json")[1])
    (row,) = [one for one in rows if one["topic"] == "entity-list"]
    assert (row["wrong topic"], row["precision"]) == (1, 0.0)
    assert run(capsys, "feedback", "undo", *wrong)[1] == "Taken back.\n"
    assert run(capsys, "feedback", "undo", *wrong)[0] == 2
    assert len(json.loads(run(capsys, "feedback", "list", "--json")[1])) == 1


@pytest.mark.usefixtures("entry")
def test_feedback_that_cannot_be_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words, sentence in (
        (("https://trade.example/no", "--verdict", "not-relevant"), "No such article is stored"),
        ((LINK, "--verdict", "not-relevant", "--topic", "sanctions"), "--topic goes with"),
        ((LINK, "--verdict", "wrong-topic", "--topic", "sanctions"), "That article has not the"),
        ((LINK, "--verdict", "not-relevant", "--channel", "nowhere"), "No channel is called"),
        (("987654321", "--verdict", "not-relevant"), "No such article is stored"),
    ):
        status, out, err = run(capsys, "feedback", "add", *words)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(sentence)


@pytest.mark.usefixtures("entry")
def test_reminders_are_listed_and_cancelled(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = json.loads(run(capsys, "reminders", "--json")[1])
    assert (one["to"], one["by"], one["direct"]) == ("C0HERE", ANN.id, False)
    assert one["kind"] == "effective"
    assert TITLE in run(capsys, "reminders", "--channel", "C0HERE")[1]
    assert run(capsys, "reminders", "--channel", "C0NONE")[1] == "No reminder is set there.\n"
    assert run(capsys, "unremind", str(one["id"]))[1].startswith("Cancelled:")
    status, _, err = run(capsys, "unremind", str(one["id"]))
    assert (status, err.startswith("There is no such reminder")) == (2, True)


@pytest.mark.usefixtures("entry")
def test_why_and_digest_answer_as_in_chat(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "why", LINK, *PLACE)
    assert status == 0
    assert TITLE in out
    assert "Entity List asks for it" in out
    status, out, _ = run(capsys, "digest", "3", "days", *PLACE)
    assert status == 0
    assert out
    assert run(capsys, "digest", "at", "8:30", *PLACE)[1].startswith("Daily digests come at 08:30")
    status, _, err = run(capsys, "why", "weather", *PLACE)
    assert (status, err.startswith("Give the article's address")) == (2, True)
    status, _, err = run(capsys, "digest", "yesterdays", *PLACE)
    assert (status, err.startswith("Say of which days")) == (2, True)
